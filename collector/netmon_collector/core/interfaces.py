"""Which interfaces are captured, so that each byte counts once."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique
from fnmatch import fnmatchcase

from netmon_collector.core.sockets import LocalAddress, Tunnel


@unique
class InterfaceKind(Enum):
    """What an interface is made of. Loopback is a flag of its own: its kind is OTHER."""

    PHYSICAL = "physical"
    VETH = "veth"
    BRIDGE = "bridge"
    BOND = "bond"
    """Bonds and teams."""
    VLAN = "vlan"
    """VLANs and what else sits on one interface and shares its wire: macvlan, ipvlan."""
    TUNNEL = "tunnel"
    """Interfaces whose packets leave inside other packets: tun, tap, WireGuard, IP in IP, GRE, SIT, VXLAN."""
    DUMMY = "dummy"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class InterfaceFacts:
    """One interface as the system lists it.

    ``index`` tells a re-created interface from the one before it. ``is_up`` is the administrative flag (IFF_UP), which
    libpcap asks for, not the carrier. ``master`` is the bridge or bond that this interface is a member of;
    ``lower_names`` are the interfaces that it sits on (of a VLAN its one, of a bridge or bond its members).
    ``mac`` is empty or 6 bytes. ``link_megabits_per_second`` is None where the system does not know it. ``tunnels``
    tell what the outer packets of a tunnel that is up can be known by (two entries where two protocols go through it).
    """

    name: str
    index: int
    is_up: bool
    is_loopback: bool = False
    kind: InterfaceKind = InterfaceKind.OTHER
    master: str | None = None
    lower_names: tuple[str, ...] = ()
    mac: bytes = b""
    addresses: tuple[LocalAddress, ...] = ()
    link_megabits_per_second: int | None = None
    tunnels: tuple[Tunnel, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was decided for one interface.

    ``capture``: open it now. ``is_down``: it would be captured but is down; a handle that is open stays open.
    ``reason`` says in plain words why it is not captured; on a captured one it is a remark, mostly empty. ``facts`` is
    None for an interface that was asked for and is not there.
    """

    name: str
    capture: bool
    is_down: bool = False
    reason: str = ""
    facts: InterfaceFacts | None = None


def choose_interfaces(
    facts: Sequence[InterfaceFacts], wanted: Sequence[str], excluded_patterns: Sequence[str]
) -> tuple[Choice, ...]:
    """Decide which interfaces are captured, one choice for each of ``facts`` in their order.

    Without ``wanted`` each packet is counted on one interface: where the system hands it to the bridge or bond (so
    members are left out), on the wire under a VLAN or macvlan (the tag is read there). A tunnel is captured too, for
    the applications within: what it shows is counted once more in its carriers, see ``inside_of``. Interfaces whose
    name fits one of ``excluded_patterns`` (``*``, ``?``, ``[ab]``, case matters) are left out, and so are the members
    of such a bridge or bond.

    ``wanted`` names override all of that: they alone are captured, and a name without facts gets a choice of its own,
    after the others, so that it is captured as soon as it appears.

    What a container sends through a *routed* bridge is seen on the bridge and, as forwarded, on the uplink: no choice
    of interfaces can count it once without losing what passes between the container and this machine.
    """
    by_name = {fact.name: fact for fact in facts}
    if wanted:
        stack = _Stack(by_name)
        chosen = tuple(_choose_wanted(fact, stack, frozenset(wanted)) for fact in facts)
        missing = [name for name in dict.fromkeys(wanted) if name not in by_name]
        return chosen + tuple(Choice(name=name, capture=True, reason="there is no such interface") for name in missing)
    reasons = _default_reasons(by_name, excluded_patterns)
    return tuple(_choice(fact, left_out=reasons[fact.name]) for fact in facts)


def _choice(fact: InterfaceFacts, *, left_out: str = "", remark: str = "") -> Choice:
    if left_out:
        return Choice(name=fact.name, capture=False, reason=left_out, facts=fact)
    if not fact.is_up:
        return Choice(name=fact.name, capture=False, is_down=True, reason="the interface is down", facts=fact)
    return Choice(name=fact.name, capture=True, reason=remark, facts=fact)


def _choose_wanted(fact: InterfaceFacts, stack: "_Stack", wanted: frozenset[str]) -> Choice:
    if fact.name not in wanted:
        return _choice(fact, left_out="only the interfaces that were named are captured")
    twice = [name for name in stack.related(fact) if name in wanted]
    remark = f"its packets are counted on {twice[0]} too" if twice else ""
    return _choice(fact, remark=remark)


def _default_reasons(by_name: dict[str, InterfaceFacts], excluded_patterns: Sequence[str]) -> dict[str, str]:
    """Give for each interface why it is left out, or an empty string."""
    reasons = {fact.name: _own_reason(fact, by_name, excluded_patterns) for fact in by_name.values()}
    captured_in_itself = {name for name, reason in reasons.items() if not reason}
    stack = _Stack(by_name)
    for fact in by_name.values():
        if reasons[fact.name]:
            continue
        below = [name for name in stack.below(fact) if name in captured_in_itself]
        # What sits lowest has nothing of its own below, so it stays captured, and is what the others point at.
        lowest = [name for name in below if not captured_in_itself.intersection(stack.below(by_name[name]))]
        if lowest:
            reasons[fact.name] = f"its packets are counted on {lowest[0]}"
    return reasons


def _own_reason(fact: InterfaceFacts, by_name: dict[str, InterfaceFacts], excluded_patterns: Sequence[str]) -> str:
    """Give the reason that does not depend on what else is captured below."""
    pattern = next((pattern for pattern in excluded_patterns if fnmatchcase(fact.name, pattern)), None)
    if pattern is not None:
        return f"excluded by {pattern}"
    master = by_name.get(fact.master) if fact.master is not None else None
    # Open vSwitch's own master (ovs-system) is neither bridge nor bond, and no packet is seen on it.
    if master is not None and master is not fact and master.kind in {InterfaceKind.BRIDGE, InterfaceKind.BOND}:
        if any(fnmatchcase(master.name, pattern) for pattern in excluded_patterns):
            return f"part of {master.name}, which is excluded"
        return f"part of {master.name}, where its packets are counted"
    return ""


def inside_of(choices: Sequence[Choice]) -> frozenset[str]:
    """Give the tunnels whose packets are seen a second time, within what carries them: on another captured interface.

    Where nothing but tunnels is captured, they show all that is counted.
    """
    captured = [choice.facts for choice in choices if choice.capture and choice.facts is not None]
    tunnels = frozenset(fact.name for fact in captured if fact.kind is InterfaceKind.TUNNEL)
    has_outside = any(fact.name not in tunnels and not fact.is_loopback for fact in captured)
    return tunnels if has_outside else frozenset()


class _Stack:
    """Which interfaces sit on which."""

    def __init__(self, by_name: dict[str, InterfaceFacts]) -> None:
        self._by_name = by_name
        self._members: dict[str, list[str]] = {}
        for fact in by_name.values():
            if fact.master is not None:
                self._members.setdefault(fact.master, []).append(fact.name)

    def below(self, fact: InterfaceFacts) -> tuple[str, ...]:
        """Give all interfaces that this one sits on, directly or not; never itself, also where facts go in a ring."""
        found: dict[str, None] = {}
        waiting = [fact]
        while waiting:
            upper = waiting.pop()
            for name in (*upper.lower_names, *self._members.get(upper.name, ())):
                if name in self._by_name and name not in found and name != fact.name:
                    found[name] = None
                    waiting.append(self._by_name[name])
        return tuple(found)

    def related(self, fact: InterfaceFacts) -> tuple[str, ...]:
        """Give the interfaces that show packets of this one too: what it sits on, and what sits on it."""
        above = (name for name, other in self._by_name.items() if fact.name in self.below(other))
        return (*self.below(fact), *above)
