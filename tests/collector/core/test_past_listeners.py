"""Servers that have ended before their last connections were looked for."""

import pytest

from netmon.model import OwnerConfidence, OwnerMethod, Process, Protocol, UnattributedReason
from netmon_collector.core.flow import FlowKey
from netmon_collector.core.past_listeners import KEPT_SECONDS, LIMIT, PastListeners
from netmon_collector.core.sockets import SocketRow
from tests.support import frames
from tests.support.balance import assert_balanced
from tests.support.sightings import WEB, list_later, only_row
from tests.support.wire import HERE, LOCALHOST, Machine, process, tcp_row, udp_row

ANY = bytes(4)
SERVICE = (HERE, 80)
NGINX = process(20, "nginx")
OTHER = process(30, "other")
KEY = FlowKey(Protocol.TCP, 6, HERE, 80, WEB[0], WEB[1])


def listener(owner: Process = NGINX, address: bytes = ANY, port: int = 80) -> SocketRow:
    return tcp_row((address, port), None, owner)


def followed(*listings: list[SocketRow]) -> PastListeners:
    """Follow listings, one a second from the time 100 on, that name the two processes."""
    past = PastListeners()
    for number, rows in enumerate(listings):
        past.follow(rows, {NGINX.id: NGINX, OTHER.id: OTHER}, 100.0 + number)
    return past


def found(past: PastListeners, start_time: float, key: FlowKey = KEY) -> tuple[Process, ...]:
    owner = past.owner(key, start_time)
    if owner is None:
        return ()
    assert (owner.method, owner.confidence) == (OwnerMethod.LISTENER, OwnerConfidence.INFERRED)
    return owner.process, *owner.holders


@pytest.mark.parametrize(
    ("start_time", "owners"),
    [(99.9, ()), (100.0, (NGINX,)), (101.9, (NGINX,)), (102.0, ())],
    ids=["before it was listed", "when it was", "until it no longer is", "after that"],
)
def test_who_listened_when_a_connection_began_is_its_owner(start_time: float, owners: tuple[Process, ...]) -> None:
    assert found(followed([listener()], [listener()], []), start_time) == owners


def test_who_listens_still_is_nobody_of_the_past() -> None:
    assert found(followed([listener()], [listener()]), 100.5) == ()


@pytest.mark.parametrize(
    ("row", "owners"),
    [
        (listener(address=HERE), (NGINX,)),
        (listener(address=bytes(16)), (NGINX,)),
        (listener(address=LOCALHOST), ()),
        (listener(port=81), ()),
        (tcp_row(SERVICE, WEB, NGINX), ()),
        (tcp_row((ANY, 80), None, None), ()),
    ],
    ids=["at its address", "at all of both families", "elsewhere", "another port", "no listener", "nobody's"],
)
def test_only_a_listener_at_the_local_end_counts(row: SocketRow, owners: tuple[Process, ...]) -> None:
    assert found(followed([row], []), 100.5) == owners


def test_a_socket_that_took_datagrams_of_anybody_is_known_too() -> None:
    key = KEY._replace(protocol=Protocol.UDP, ip_protocol=17)
    owner = followed([listener(OTHER), udp_row((ANY, 80), None, NGINX)], []).owner(key, 100.5)
    assert owner is not None
    assert (owner.process, owner.method) == (NGINX, OwnerMethod.WILDCARD)
    assert owner.confidence is OwnerConfidence.INFERRED


def test_those_that_shared_a_port_are_both_named() -> None:
    assert set(found(followed([listener(), listener(OTHER)], []), 100.5)) == {NGINX, OTHER}


def test_the_one_at_the_address_goes_before_the_one_at_all() -> None:
    assert found(followed([listener(), listener(OTHER, HERE)], []), 100.5) == (OTHER,)


def test_of_two_that_followed_each_other_the_one_of_the_time_counts() -> None:
    past = followed([listener()], [listener(OTHER)], [])
    assert (found(past, 100.5), found(past, 101.5)) == ((NGINX,), (OTHER,))


def test_after_a_minute_one_is_forgotten_and_of_many_the_latest_stay() -> None:
    past = followed([listener()], [])
    past.follow([], {}, 101.0 + KEPT_SECONDS)
    assert found(past, 100.5) == (NGINX,)
    past.follow([], {}, 101.1 + KEPT_SECONDS)
    assert found(past, 100.5) == ()
    past = followed([listener()], [listener(port=1_000 + port) for port in range(LIMIT)], [])
    assert found(past, 100.5) == ()


def call(machine: Machine) -> None:
    """Play an incoming connection that is served and closed."""
    machine.tcp(WEB, SERVICE, frames.SYN)
    machine.tcp(SERVICE, WEB, frames.SYN | frames.ACK)
    machine.tcp(SERVICE, WEB, frames.FIN | frames.ACK)
    machine.tcp(WEB, SERVICE, frames.FIN | frames.ACK)


def test_a_call_to_a_server_that_has_ended_since_is_the_servers() -> None:
    machine = Machine()
    list_later(machine, listener(), processes=(NGINX,))
    call(machine)
    list_later(machine)
    snapshot = machine.tick()
    facts = only_row(snapshot).facts
    assert (facts.process, facts.owner_method, facts.owner_confidence) == (
        NGINX,
        OwnerMethod.LISTENER,
        OwnerConfidence.INFERRED,
    )
    assert_balanced(snapshot)


def test_a_call_that_was_refused_is_not_the_servers() -> None:
    machine = Machine()
    list_later(machine, listener(), processes=(NGINX,))
    machine.tcp(WEB, SERVICE, frames.SYN)
    machine.tcp(SERVICE, WEB, frames.RST | frames.ACK)
    list_later(machine)
    row = only_row(machine.tick())
    assert (row.process, row.facts.unattributed_reason) == (None, UnattributedReason.KERNEL)


@pytest.mark.parametrize(("is_answered", "owner"), [(True, NGINX), (False, None)])
def test_datagrams_to_a_server_that_has_ended_since_are_its_own_if_it_answered(
    is_answered: bool, owner: Process | None
) -> None:
    machine = Machine()
    list_later(machine, udp_row((ANY, 80), None, NGINX), processes=(NGINX,))
    machine.udp(WEB, SERVICE)
    if is_answered:
        machine.udp(SERVICE, WEB)
    list_later(machine)
    assert only_row(machine.tick()).process == owner


def test_what_this_side_opened_on_the_port_is_not_the_servers() -> None:
    machine = Machine()
    list_later(machine, listener(), processes=(NGINX,))
    machine.tcp(SERVICE, WEB, frames.SYN)
    machine.tcp(WEB, SERVICE, frames.SYN | frames.ACK)
    list_later(machine)
    row = only_row(machine.tick())
    assert (row.process, row.facts.unattributed_reason) == (None, UnattributedReason.GONE)


def test_of_two_alike_it_is_known_since_when_they_listen() -> None:
    both = [listener(), listener()]
    assert found(followed(both, both, []), 100.5) == (NGINX,)
    assert found(followed(both, [listener()], []), 100.5) == (NGINX,)
