from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_collector.core.interfaces import (
    Choice,
    InterfaceFacts,
    InterfaceKind,
    choose_interfaces,
    inside_of,
)

NAMES = ("lo", "eth0", "eth1", "br0", "bond0", "eth0.5", "veth1", "wg0", "tun0", "docker0")


def facts(name: str, kind: InterfaceKind = InterfaceKind.PHYSICAL, **more: object) -> InterfaceFacts:
    values: dict[str, object] = {"index": NAMES.index(name) + 1 if name in NAMES else 99, "is_up": True} | more
    return InterfaceFacts(name=name, kind=kind, **values)  # pyright: ignore[reportArgumentType]


def loopback() -> InterfaceFacts:
    return facts("lo", InterfaceKind.OTHER, is_loopback=True)


def choose(
    *given_facts: InterfaceFacts, wanted: tuple[str, ...] = (), excluded: tuple[str, ...] = ()
) -> dict[str, Choice]:
    return {choice.name: choice for choice in choose_interfaces(given_facts, wanted, excluded)}


def captured(choices: dict[str, Choice]) -> set[str]:
    return {choice.name for choice in choices.values() if choice.capture}


def test_an_ordinary_machine_captures_its_network_card_and_its_loopback() -> None:
    assert captured(choose(loopback(), facts("eth0"))) == {"lo", "eth0"}


def test_an_interface_that_is_down_is_left_out_as_down() -> None:
    choice = choose(facts("eth0", is_up=False))["eth0"]
    assert (choice.capture, choice.is_down, choice.reason) == (False, True, "the interface is down")


@pytest.mark.parametrize("kind", [InterfaceKind.BRIDGE, InterfaceKind.BOND])
def test_members_are_left_out_because_their_master_is_counted(kind: InterfaceKind) -> None:
    choices = choose(
        facts("br0", kind, lower_names=("eth0", "veth1")),
        facts("eth0", master="br0"),
        facts("veth1", InterfaceKind.VETH, master="br0"),
    )
    assert captured(choices) == {"br0"}
    assert choices["eth0"].reason == "part of br0, where its packets are counted"


def test_a_vlan_is_counted_on_the_wire_below_it() -> None:
    choices = choose(facts("eth0.5", InterfaceKind.VLAN, lower_names=("eth0",)), facts("eth0"))
    assert captured(choices) == {"eth0"}
    assert choices["eth0.5"].reason == "its packets are counted on eth0"


def test_a_vlan_is_captured_where_the_interface_below_is_excluded() -> None:
    choices = choose(facts("eth0.5", InterfaceKind.VLAN, lower_names=("eth0",)), facts("eth0"), excluded=("eth0",))
    assert captured(choices) == {"eth0.5"}


def test_a_bridge_over_a_vlan_is_counted_on_the_wire_below_both() -> None:
    choices = choose(
        facts("br0", InterfaceKind.BRIDGE, lower_names=("eth0.5",)),
        facts("eth0.5", InterfaceKind.VLAN, lower_names=("eth0",), master="br0"),
        facts("eth0"),
    )
    assert captured(choices) == {"eth0"}
    assert choices["br0"].reason == "its packets are counted on eth0"


def test_a_vlan_over_a_bond_is_counted_on_the_bond() -> None:
    choices = choose(
        facts("eth0.5", InterfaceKind.VLAN, lower_names=("bond0",)),
        facts("bond0", InterfaceKind.BOND, lower_names=("eth0", "eth1")),
        facts("eth0", master="bond0"),
        facts("eth1", master="bond0"),
    )
    assert captured(choices) == {"bond0"}


def test_a_tunnel_is_captured_inside_and_outside() -> None:
    choices = choose(facts("eth0"), facts("wg0", InterfaceKind.TUNNEL))
    assert captured(choices) == {"eth0", "wg0"}
    assert inside_of(tuple(choices.values())) == {"wg0"}


def test_a_tunnel_that_is_a_bridges_member_is_counted_on_the_bridge() -> None:
    tap = facts("tap0", InterfaceKind.TUNNEL, master="br0")
    choices = choose(facts("br0", InterfaceKind.BRIDGE, lower_names=("tap0",)), tap)
    assert captured(choices) == {"br0"}
    assert inside_of(tuple(choices.values())) == frozenset()


@pytest.mark.parametrize(
    ("others", "wanted"),
    [
        pytest.param((), (), id="there is nothing else"),
        pytest.param((facts("eth0"),), ("wg0",), id="it alone was asked for"),
        pytest.param((facts("lo", is_loopback=True),), (), id="there is loopback beside it"),
        pytest.param((facts("eth0", is_up=False),), (), id="the interface that carries it is down"),
    ],
)
def test_a_tunnel_is_no_inside_where(others: tuple[InterfaceFacts, ...], wanted: tuple[str, ...]) -> None:
    choices = choose(*others, facts("wg0", InterfaceKind.TUNNEL), wanted=wanted)
    assert "wg0" in captured(choices)
    assert inside_of(tuple(choices.values())) == frozenset()


def test_a_pattern_leaves_out_a_bridge_with_its_members() -> None:
    choices = choose(
        facts("eth0"),
        facts("docker0", InterfaceKind.BRIDGE),
        facts("veth1", InterfaceKind.VETH, master="docker0"),
        excluded=("docker*",),
    )
    assert captured(choices) == {"eth0"}
    assert choices["docker0"].reason == "excluded by docker*"
    assert choices["veth1"].reason == "part of docker0, which is excluded"


def test_patterns_mind_case() -> None:
    assert captured(choose(facts("eth0"), excluded=("ETH*",))) == {"eth0"}


def test_named_interfaces_override_every_other_rule() -> None:
    choices = choose(
        facts("eth0", master="br0"),
        facts("br0", InterfaceKind.BRIDGE, lower_names=("eth0",)),
        loopback(),
        wanted=("eth0",),
        excluded=("eth*",),
    )
    assert captured(choices) == {"eth0"}
    assert choices["br0"].reason == "only the interfaces that were named are captured"


def test_a_named_pair_that_counts_twice_is_captured_and_says_so() -> None:
    choices = choose(
        facts("eth0", master="br0"), facts("br0", InterfaceKind.BRIDGE, lower_names=("eth0",)), wanted=("eth0", "br0")
    )
    assert captured(choices) == {"eth0", "br0"}
    assert choices["eth0"].reason == "its packets are counted on br0 too"


def test_a_named_interface_that_is_not_there_stays_wanted() -> None:
    choices = choose_interfaces([facts("eth0")], ["usb0", "usb0"], ())
    assert [choice.name for choice in choices] == ["eth0", "usb0"]
    assert choices[1] == Choice(name="usb0", capture=True, reason="there is no such interface")


def test_a_master_that_is_not_listed_leaves_its_member_captured() -> None:
    assert captured(choose(facts("eth0", master="elsewhere"))) == {"eth0"}


def test_facts_that_go_round_in_a_ring_end() -> None:
    choices = choose(facts("eth0", lower_names=("eth1",), master="eth0"), facts("eth1", lower_names=("eth0",)))
    assert set(choices) == {"eth0", "eth1"}


@st.composite
def machines(draw: st.DrawFn) -> list[InterfaceFacts]:
    """Interfaces that sit only on ones before them, and are members only of ones after them: no rings."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=8))
    masters = {
        name: draw(st.none() | st.sampled_from(names[index + 1 :] or [None])) for index, name in enumerate(names)
    }
    return [
        facts(
            name,
            draw(st.sampled_from(InterfaceKind)),
            is_up=draw(st.booleans()),
            is_loopback=name == "lo",
            master=masters[name],
            lower_names=tuple(draw(st.lists(st.sampled_from(names[:index]), unique=True))) if index else (),
        )
        for index, name in enumerate(names)
    ]


def names_below(machine: dict[str, InterfaceFacts], name: str) -> set[str]:
    direct = set(machine[name].lower_names) | {fact.name for fact in machine.values() if fact.master == name}
    return direct.union(*(names_below(machine, lower) for lower in direct)) if direct else set()


@given(machine=machines(), excluded=st.lists(st.sampled_from(("eth*", "br?", "lo", "*0", "[vw]*")), max_size=2))
def test_no_captured_interface_sits_on_another_one(machine: list[InterfaceFacts], excluded: list[str]) -> None:
    by_name = {fact.name: fact for fact in machine}
    chosen = choose_interfaces(machine, (), excluded)
    counted = {choice.name for choice in chosen if choice.capture or choice.is_down}
    for name in counted:
        assert not names_below(by_name, name) & counted


@given(machine=machines(), excluded=st.lists(st.sampled_from(("eth*", "br?", "lo", "*0", "[vw]*")), max_size=2))
def test_every_interface_has_one_choice_and_a_reason_unless_captured(
    machine: list[InterfaceFacts], excluded: list[str]
) -> None:
    chosen = choose_interfaces(machine, (), excluded)
    assert [choice.facts for choice in chosen] == machine
    for choice in chosen:
        assert choice.facts is not None
        assert choice.capture != bool(choice.reason)
        assert not (choice.capture and choice.is_down)
        assert not (choice.capture and not choice.facts.is_up)
        assert not (choice.capture and any(fnmatchcase(choice.name, pattern) for pattern in excluded))


@given(machine=machines(), wanted=st.lists(st.sampled_from((*NAMES, "usb0")), min_size=1, max_size=4))
def test_with_names_given_exactly_those_are_captured_or_waited_for(
    machine: list[InterfaceFacts], wanted: list[str]
) -> None:
    chosen = choose_interfaces(machine, wanted, ("*",))
    assert {choice.name for choice in chosen if choice.capture or choice.is_down} == set(wanted)


@given(machine=machines())
def test_the_order_of_the_facts_does_not_change_what_is_captured(machine: list[InterfaceFacts]) -> None:
    forward = {choice.name: choice.capture for choice in choose_interfaces(machine, (), ())}
    backward = {choice.name: choice.capture for choice in choose_interfaces(machine[::-1], (), ())}
    assert forward == backward
