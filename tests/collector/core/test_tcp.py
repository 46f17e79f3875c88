"""States of TCP as packets show them: tables of (who sent which flags) and the state that follows."""

import pytest

from netmon.model import ConnectionState, Direction, Protocol, Scope
from netmon_collector.core.flow import Flow, FlowKey
from netmon_collector.core.packet import TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, Packet
from netmon_collector.core.tcp import begins_anew, follow

SENT, RECEIVED = True, False
HERE, THERE = bytes((192, 0, 2, 1)), bytes((198, 51, 100, 2))
S = ConnectionState


def flow() -> Flow:
    return Flow("c1", FlowKey(Protocol.TCP, 6, HERE, 40_000, THERE, 443), start_time=1.0, now=1.0)


def packet(flags: int, *, time: float = 5.0, sequence: int = 7, is_sent: bool = True) -> Packet:
    ends = (HERE, 40_000), (THERE, 443)
    (source, source_port), (destination, destination_port) = ends if is_sent else ends[::-1]
    return Packet(
        time=time,
        ip_protocol=6,
        source=source,
        source_port=source_port,
        destination=destination,
        destination_port=destination_port,
        tcp_flags=flags,
        tcp_sequence=sequence,
        length=40,
    )


@pytest.mark.parametrize(
    ("steps", "state", "has_ended"),
    [
        ([(SENT, TCP_SYN)], S.SYN_SENT, False),
        ([(SENT, TCP_SYN), (RECEIVED, TCP_SYN | TCP_ACK)], S.ESTABLISHED, False),
        ([(RECEIVED, TCP_SYN)], S.SYN_RECV, False),
        ([(RECEIVED, TCP_SYN), (SENT, TCP_SYN | TCP_ACK)], S.SYN_RECV, False),
        ([(SENT, TCP_FIN)], S.FIN_WAIT_1, False),
        ([(RECEIVED, TCP_FIN)], S.CLOSE_WAIT, False),
        ([(SENT, TCP_FIN), (RECEIVED, TCP_FIN)], S.TIME_WAIT, True),
        ([(RECEIVED, TCP_FIN), (SENT, TCP_FIN)], S.CLOSED, True),
        ([(SENT, TCP_FIN), (RECEIVED, TCP_FIN), (RECEIVED, TCP_FIN)], S.TIME_WAIT, True),
        ([(SENT, TCP_SYN), (RECEIVED, TCP_RST | TCP_ACK)], S.CLOSED, True),
        ([(SENT, TCP_RST)], S.CLOSED, True),
    ],
)
def test_flags_move_the_state(steps: list[tuple[bool, int]], state: ConnectionState, has_ended: bool) -> None:
    followed = flow()
    for is_sent, flags in steps:
        follow(followed, packet(flags), is_sent=is_sent)
    assert followed.state is state
    assert followed.has_ended is has_ended


@pytest.mark.parametrize(
    ("is_sent", "flags", "direction"),
    [
        (SENT, TCP_SYN, Direction.OUTBOUND),
        (RECEIVED, TCP_SYN, Direction.INBOUND),
        (SENT, TCP_SYN | TCP_ACK, Direction.INBOUND),
        (RECEIVED, TCP_SYN | TCP_ACK, Direction.OUTBOUND),
        (RECEIVED, TCP_FIN, Direction.UNSPECIFIED),
    ],
)
def test_a_syn_tells_who_opened_it(is_sent: bool, flags: int, direction: Direction) -> None:
    followed = flow()
    follow(followed, packet(flags), is_sent=is_sent)
    assert followed.direction is direction


def test_the_end_is_the_time_of_the_packet_that_ended_it() -> None:
    followed = flow()
    follow(followed, packet(TCP_RST, time=9.0), is_sent=True)
    follow(followed, packet(TCP_RST, time=11.0), is_sent=True)
    assert followed.end_time == 9.0


def test_only_a_new_syn_opens_another_connection() -> None:
    followed = flow()
    follow(followed, packet(TCP_SYN, sequence=1), is_sent=True)
    assert not begins_anew(followed, packet(TCP_SYN, sequence=1))
    assert begins_anew(followed, packet(TCP_SYN, sequence=2))
    assert not begins_anew(followed, packet(TCP_SYN | TCP_ACK, sequence=2))
    follow(followed, packet(TCP_RST), is_sent=True)
    assert begins_anew(followed, packet(TCP_SYN, sequence=1))
    assert not begins_anew(followed, packet(TCP_ACK))


@pytest.mark.parametrize("is_sent", [SENT, RECEIVED])
def test_a_syn_of_the_end_that_was_asked_opens_none_and_is_not_followed(is_sent: bool) -> None:
    followed = flow()
    follow(followed, packet(TCP_SYN, sequence=1, is_sent=is_sent), is_sent=is_sent)
    follow(followed, packet(TCP_SYN | TCP_ACK, sequence=5, is_sent=not is_sent), is_sent=not is_sent)
    direction, state, peer_sequence = followed.direction, followed.state, followed.peer_sequence
    others = packet(TCP_SYN, sequence=9, is_sent=not is_sent)
    assert not begins_anew(followed, others)
    follow(followed, others, is_sent=not is_sent)
    assert (followed.direction, followed.state, followed.syn_sequence) == (direction, state, 1)
    assert followed.peer_sequence == peer_sequence
    assert begins_anew(followed, packet(TCP_SYN, sequence=9, is_sent=is_sent))


@pytest.mark.parametrize(
    ("scope", "is_sent", "expected"),
    [
        (Scope.INTERNET, SENT, True),
        (Scope.INTERNET, RECEIVED, False),
        (Scope.LOOPBACK, SENT, True),
        (Scope.LOOPBACK, RECEIVED, True),
    ],
)
def test_a_syn_of_this_machine_opens_another_than_the_older_one_whose_own_was_not_seen(
    scope: Scope, is_sent: bool, expected: bool
) -> None:
    followed = flow()
    followed.scope, followed.started_before, followed.interface = scope, True, "eth0"
    assert begins_anew(followed, packet(TCP_SYN, is_sent=is_sent)) is expected


def test_a_socket_that_was_only_listed_gets_its_own_syn_late() -> None:
    followed = flow()
    followed.scope, followed.started_before = Scope.INTERNET, True
    assert not begins_anew(followed, packet(TCP_SYN))
