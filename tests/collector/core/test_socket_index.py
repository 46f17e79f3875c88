"""Which socket takes a packet."""

from dataclasses import replace

from netmon.model import OwnerConfidence, OwnerMethod, Protocol
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.socket_index import SocketIndex
from tests.support.wire import HERE, PEER, process, tcp_row, udp_row

ANY, ANY_6 = bytes(4), bytes(16)
A, B = process(1, "a"), process(2, "b")


def key(port: int, protocol: Protocol = Protocol.UDP, local: bytes = HERE) -> FlowKey:
    return FlowKey(protocol, 17 if protocol is Protocol.UDP else 6, local, port, PEER, 9)


def test_a_socket_bound_to_the_address_goes_before_one_bound_to_any() -> None:
    index = SocketIndex((udp_row((ANY, 53), None, B), udp_row((HERE, 53), None, A)))
    found = index.match(key(53))
    assert found is not None
    assert found.row.process_id == A.id
    assert found.method is OwnerMethod.WILDCARD
    assert found.confidence is OwnerConfidence.CERTAIN


def test_a_socket_bound_to_any_ipv6_address_takes_ipv4_too() -> None:
    found = SocketIndex((udp_row((ANY_6, 53), None, A),)).match(key(53))
    assert found is not None
    assert found.row.process_id == A.id


def test_sockets_of_several_processes_on_one_port_are_no_certain_owner() -> None:
    found = SocketIndex((udp_row((ANY, 53), None, A), udp_row((ANY, 53), None, B))).match(key(53))
    assert found is not None
    assert found.confidence is OwnerConfidence.INFERRED
    assert [row.process_id for row in found.others] == [B.id]


def test_of_sockets_that_the_same_processes_hold_one_stands_for_all() -> None:
    shared = replace(udp_row((ANY, 53), None, A), holder_ids=(B.id,))
    rows = [udp_row((ANY, 53), None, A), shared, udp_row((ANY, 53), None, B), udp_row((ANY, 53))]
    found = SocketIndex([row for row in rows for _ in range(500)]).match(key(53))
    assert found is not None
    assert (found.row, found.others) == (rows[0], tuple(rows[1:]))
    alone = SocketIndex(rows[:1] * 500).match(key(53))
    assert alone is not None
    assert (alone.others, alone.confidence) == ((), OwnerConfidence.CERTAIN)


def test_a_listener_is_always_inferred() -> None:
    found = SocketIndex((tcp_row((ANY, 80), None, A),)).match(key(80, Protocol.TCP))
    assert found is not None
    assert found.method is OwnerMethod.LISTENER
    assert found.confidence is OwnerConfidence.INFERRED


def test_group_packets_fit_any_socket_on_the_port() -> None:
    group = bytes((224, 0, 0, 251))
    found = SocketIndex((udp_row((HERE, 5353), None, A),)).match(key(5353, local=group))
    assert found is not None


def test_udp_lite_has_ports_of_its_own() -> None:
    index = SocketIndex((udp_row((ANY, 53), None, A),))
    assert index.match(key(53)._replace(ip_protocol=136)) is None


def test_other_ports_protocols_addresses_and_connected_sockets_do_not_fit() -> None:
    index = SocketIndex(
        (udp_row((ANY, 53), None, A), udp_row((bytes((10, 0, 0, 1)), 54), None, A), udp_row((HERE, 55), (PEER, 1), A))
    )
    assert index.match(key(52)) is None
    assert index.match(key(53, Protocol.TCP)) is None
    assert index.match(key(54)) is None
    assert index.match(key(55)) is None
