"""Which name a connection gets: its own word first, then what its process asked for, then what others did.

Certain is only what the connection told by itself (SNI, QUIC). All else is inferred from its address, and an address
may serve many names: the surest asker decides, of one asker's the name that was given last before the connection began.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from netmon.model import Direction, DomainSource, Protocol, Scope, UnnamedReason
from netmon_collector.core.flow import Flow
from netmon_collector.core.flow_name import NAMELESS, UNASKED, FlowName
from netmon_collector.core.name_table import NameAnswer

__all__ = ["SLACK_SECONDS", "best_answer", "chosen_name", "is_nameable", "unnamed_reason"]

SLACK_SECONDS = 0.01
"""Times of packets on different interfaces differ by as much; an answer that is younger than a connection by more did
not lead to it."""

_ITS_PROCESS, _ITS_APPLICATION, _HOSTS_FILE, _ITS_USER, _OTHERS_APPLICATION, _ANYBODY, _MULTICAST = range(7)
"""Whose question a name is from, the surest first. What the owner's user may be told comes before what not: else a name
that goes away would tell that somebody else has asked."""

_NO_RANK = 9


def is_nameable(flow: Flow) -> bool:
    """Whether a connection's other end may have a name that somebody here asked for.

    Of one that the other side opened, a hello names this machine, and nobody asked for the other: it has none.
    """
    return flow.has_peer and flow.direction not in {Direction.INBOUND, Direction.FORWARDED}


def best_answer(flow: Flow, answers: Iterable[NameAnswer], *, hosts: bool) -> NameAnswer | None:
    """Give the answer that a connection most probably used; None where none fits, or the hosts file is surer.

    ``hosts``: the hosts file has a name for its address.
    """
    best: NameAnswer | None = None
    best_order: tuple[int, bool, float] = (_HOSTS_FILE if hosts else _NO_RANK, True, 0.0)
    for answer in answers:
        if not answer.serves(flow.start_time, SLACK_SECONDS):
            continue
        if answer.is_multicast and flow.scope is not Scope.LAN:
            continue  # anybody in the local network may say it, so it must not name what is outside
        order = (_rank(flow, answer), answer.is_hint, -answer.last_time_before(flow.start_time, SLACK_SECONDS))
        if order < best_order:
            best, best_order = answer, order
    return best


def chosen_name(
    flow: Flow,
    answer: NameAnswer | None,
    hosts_name: str,
    *,
    is_cover: bool,
    registrable: Callable[[str], str],
    reason: UnnamedReason,
) -> FlowName:
    """Give the name of a connection. ``is_cover``: its hello names the cover of an encrypted one.

    ``reason`` is why it has no name if nothing tells one.
    """
    # Whoever opened the connection can make this machine send a ClientHello in it: an echo is enough.
    hello = flow.hello if flow.direction is not Direction.INBOUND else None
    if hello is not None and hello.name and not is_cover and not hello.is_mixed:
        beside = UnnamedReason.ENCRYPTED_DNS if flow.is_encrypted_dns else UnnamedReason.UNSPECIFIED
        return _named(hello.name, hello.source, registrable, beside)
    beside = UnnamedReason.UNSPECIFIED
    if hello is not None and not hello.is_mixed:
        beside = UnnamedReason.ENCRYPTED_HELLO if is_cover else UnnamedReason.NO_SERVER_NAME
    if flow.is_encrypted_dns:
        beside = UnnamedReason.ENCRYPTED_DNS
    if answer is not None:
        if _is_borrowed(flow, answer):
            return replace(_named(answer.name, DomainSource.DNS, registrable, beside or reason), is_borrowed=True)
        return _named(answer.name, DomainSource.DNS, registrable, beside)
    if hosts_name:
        return _named(hosts_name, DomainSource.HOSTS_FILE, registrable, beside)
    if not is_nameable(flow):
        return UNASKED
    return NAMELESS[beside or reason]


def unnamed_reason(flow: Flow, *, is_on: bool, since_time: float, has_asked: bool) -> UnnamedReason:
    """Say why a connection has no name though one may be expected, if it said nothing of it by itself.

    ``since_time``: since when names are watched (Unix seconds); ``has_asked``: its application was seen asking.
    """
    if flow.scope is not Scope.INTERNET or flow.key.protocol is Protocol.OTHER:
        return UnnamedReason.UNSPECIFIED
    if not is_on:
        return UnnamedReason.SWITCHED_OFF
    if flow.started_before or flow.start_time < since_time:
        return UnnamedReason.OLDER
    return UnnamedReason.NOT_ASKED if has_asked else UnnamedReason.NOT_SEEN


def _rank(flow: Flow, answer: NameAnswer) -> int:
    if answer.is_multicast:
        return _MULTICAST
    owner, asker = flow.owner, answer.asker
    if owner is None or not asker.process_id:
        return _ANYBODY
    process = owner.process
    if asker.process_id == process.id or any(holder.id == asker.process_id for holder in owner.holders):
        return _ITS_PROCESS
    if asker.application_id == process.application_id:
        return _ITS_APPLICATION if asker.uid == process.uid else _OTHERS_APPLICATION
    return _ITS_USER if asker.uid == process.uid else _ANYBODY


def _is_borrowed(flow: Flow, answer: NameAnswer) -> bool:
    """Whether the owner's user did not ask for it: what other users ask for is theirs alone to know."""
    return flow.owner is None or not answer.asker.process_id or answer.asker.uid != flow.owner.process.uid


def _named(domain: str, source: DomainSource, registrable: Callable[[str], str], reason: UnnamedReason) -> FlowName:
    return FlowName(domain=domain, registrable_domain=registrable(domain), source=source, reason=reason)
