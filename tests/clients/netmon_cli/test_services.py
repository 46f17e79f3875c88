from netmon_cli.services import port_name


def test_a_well_known_port_has_its_name() -> None:
    assert port_name(443, "tcp") == "https"
    assert port_name(53, "udp") == "domain"


def test_other_ports_are_digits_also_where_the_list_has_a_name() -> None:
    assert port_name(50000, "tcp") == "50000"
    assert port_name(17500, "udp") == "17500"
    assert port_name(4, "tcp") == "4"
