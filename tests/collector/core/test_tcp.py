"""States of TCP as packets show them: tables of (who sent which flags) and the state that follows."""

import pytest

from netmon.model import ConnectionState, Direction, Protocol
from netmon_collector.core.flow import Flow, FlowKey
from netmon_collector.core.packet import TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, Packet
from netmon_collector.core.tcp import begins_anew, follow

SENT, RECEIVED = True, False
HERE, THERE = bytes((192, 0, 2, 1)), bytes((198, 51, 100, 2))
S = ConnectionState


def flow() -> Flow:
    return Flow("c1", FlowKey(Protocol.TCP, 6, HERE, 40_000, THERE, 443), start_time=1.0, now=1.0)


def packet(flags: int, *, time: float = 5.0, sequence: int = 7) -> Packet:
    return Packet(
        time=time, ip_protocol=6, source=HERE, destination=THERE, tcp_flags=flags, tcp_sequence=sequence, length=40
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
