import pytest

from netmon_collector.names.dns_names import NameReader
from netmon_collector.names.service_binding import MAX_HINTS, ServiceBinding, parse_service_binding
from tests.support.name_messages import ech_configurations, service


def parse(data: bytes) -> ServiceBinding:
    return parse_service_binding(data, 0, len(data), NameReader(data))


def test_priority_and_target_are_read() -> None:
    binding = parse(service(3, "pool.example", {}))
    assert (binding.priority, binding.target) == (3, "pool.example")


def test_hints_are_kept_up_to_a_number() -> None:
    binding = parse(service(1, "", {4: bytes(4) * 40, 6: bytes(16) * 2}))
    assert (len(binding.ipv4_hints), len(binding.ipv6_hints)) == (MAX_HINTS, 2)


def test_the_outer_names_of_all_configurations_are_read() -> None:
    binding = parse(service(1, "", {5: ech_configurations("One.example", "two.example")}))
    assert binding.ech_public_names == ("one.example", "two.example")


def test_a_configuration_of_another_version_is_passed_over() -> None:
    value = bytearray(ech_configurations("one.example", "two.example"))
    value[2:4] = b"\xfe\x0a"
    assert parse(service(1, "", {5: bytes(value)})).ech_public_names == ("two.example",)


def test_a_broken_configuration_hides_nothing_else() -> None:
    whole = ech_configurations("one.example")
    for size in range(len(whole) - 2):
        binding = parse(service(1, "", {4: bytes(4), 5: whole[:size]}))
        assert binding.ipv4_hints == (bytes(4),)
        assert binding.ech_public_names in ((), ("one.example",))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\x01",
        service(1, "a", {})[:-1],
        service(1, "a", {4: bytes(5)}),
        service(1, "a", {6: bytes(4)}),
        service(1, "a", {4: b"", 1: b""}),
        service(1, "a", {1: b"abc"})[:-1],
        service(1, "a", {}) + b"\0",
    ],
)
def test_broken_data_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(data)


def test_a_target_may_not_go_on_behind_the_record() -> None:
    data = service(1, "pool.example", {})
    with pytest.raises(ValueError, match="behind its end"):
        parse_service_binding(data, 0, 6, NameReader(data))
