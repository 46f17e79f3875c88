"""Which name a connection gets, whatever was learnt in whatever order."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.model import (
    Direction,
    DomainSource,
    OwnerConfidence,
    OwnerMethod,
    Process,
    Protocol,
    Scope,
    UnnamedReason,
)
from netmon_collector.core.flow import Flow, FlowKey, Owner
from netmon_collector.core.flow_name import FlowName, Hello
from netmon_collector.core.name_choice import best_answer, chosen_name, is_nameable, unnamed_reason
from netmon_collector.core.name_table import Asker, NameAnswer
from tests.support.wire import HERE, PEER, process

CURL, WGET = process(10), process(11, "wget")
OTHER_CURL = process(12)
START = 1_000.0


def flow(owner: Process | None = CURL, *, direction: Direction = Direction.OUTBOUND) -> Flow:
    made = Flow("c1", FlowKey(Protocol.TCP, 6, HERE, 40_000, PEER, 443), start_time=START, now=0.0)
    made.direction, made.scope = direction, Scope.INTERNET
    if owner is not None:
        made.owner = Owner(process=owner, method=OwnerMethod.EXACT, confidence=OwnerConfidence.CERTAIN)
    return made


def answer(
    name: str,
    asker: Process | None = None,
    *,
    time: float = START - 5,
    until: float = START + 60,
    is_multicast: bool = False,
    is_hint: bool = False,
) -> NameAnswer:
    who = Asker(asker.id, asker.application_id, asker.uid) if asker is not None else Asker()
    return NameAnswer(
        address=PEER,
        name=name,
        first_time=time,
        time=time,
        until=until,
        asker=who,
        is_multicast=is_multicast,
        is_hint=is_hint,
    )


def best(of: Flow, *answers: NameAnswer, hosts: bool = False) -> str:
    found = best_answer(of, answers, hosts=hosts)
    return found.name if found is not None else ""


def name(
    of: Flow,
    found: NameAnswer | None = None,
    hosts: str = "",
    *,
    is_cover: bool = False,
    reason: UnnamedReason = UnnamedReason.NOT_SEEN,
) -> FlowName:
    return chosen_name(of, found, hosts, is_cover=is_cover, registrable=lambda text: text[-11:], reason=reason)


def test_what_its_own_process_asked_for_comes_before_its_application_before_the_hosts_file_before_others() -> None:
    mine, ours = answer("mine", CURL, time=START - 9), answer("ours", OTHER_CURL, time=START - 3)
    theirs, nobodys = answer("theirs", WGET, time=START - 2), answer("nobodys", time=START - 1)
    assert best(flow(), nobodys, theirs, ours, mine) == "mine"
    assert best(flow(), nobodys, theirs, ours) == "ours"
    assert best(flow(), nobodys, theirs, hosts=True) == ""
    assert best(flow(), ours, hosts=True) == "ours"
    assert best(flow(), nobodys, theirs) == "theirs"
    assert best(flow(), nobodys) == "nobodys"


def test_what_the_owners_user_asked_for_comes_before_what_another_user_asked_for() -> None:
    stranger = replace(OTHER_CURL, uid=1_001)
    hers, theirs = answer("hers", WGET, time=START - 9), answer("theirs", stranger, time=START - 1)
    assert best(flow(), theirs, hers) == "hers"
    assert best(flow(), theirs, hosts=True) == ""
    assert best(flow(), theirs, answer("nobodys", time=START)) == "theirs"


@pytest.mark.parametrize(
    ("asker", "is_borrowed"),
    [
        (CURL, False),
        (WGET, False),
        (replace(CURL, uid=1_001), True),
        (replace(OTHER_CURL, uid=None), True),
        (None, True),
    ],
)
def test_a_name_is_borrowed_if_another_user_asked_for_it_and_says_why_there_would_be_none(
    asker: Process | None, is_borrowed: bool
) -> None:
    given = name(flow(), answer("a.example.org", asker), reason=UnnamedReason.NOT_SEEN)
    assert given.domain == "a.example.org"
    assert (given.is_borrowed, given.reason) == (
        is_borrowed,
        UnnamedReason.NOT_SEEN if is_borrowed else UnnamedReason.UNSPECIFIED,
    )


def test_of_one_askers_names_the_one_that_was_given_last_is_taken() -> None:
    early, late = answer("early", CURL, time=START - 9), answer("late", CURL, time=START - 1)
    assert best(flow(), early, late) == best(flow(), late, early) == "late"


def test_an_answer_serves_what_begins_after_it_and_before_its_end() -> None:
    assert best(flow(), answer("younger", CURL, time=START + 1)) == ""
    assert best(flow(), answer("over", CURL, time=START - 9, until=START - 1)) == ""
    assert best(flow(), answer("at once", CURL, time=START + 0.005)) == "at once"


def test_a_hint_comes_after_a_plain_address_of_the_same_asker() -> None:
    assert best(flow(), answer("hint", CURL, is_hint=True, time=START - 1), answer("plain", CURL)) == "plain"


def test_what_anybody_on_the_network_may_say_names_nothing_outside_of_it() -> None:
    outside, inside = flow(), flow()
    inside.scope = Scope.LAN
    said = answer("printer.local", is_multicast=True)
    assert (best(outside, said), best(inside, said)) == ("", "printer.local")


def test_who_holds_the_socket_too_may_have_asked() -> None:
    shared = flow()
    assert shared.owner is not None
    shared.owner = Owner(process=WGET, holders=(CURL,), method=OwnerMethod.EXACT, confidence=OwnerConfidence.CERTAIN)
    assert best(shared, answer("held", CURL), answer("newer", time=START - 1)) == "held"


def test_a_hello_is_surer_than_any_answer() -> None:
    said = flow()
    said.hello = Hello(name="www.example.org", source=DomainSource.QUIC)
    assert name(said, answer("other.example.org", CURL), "host") == FlowName(
        domain="www.example.org", registrable_domain="example.org", source=DomainSource.QUIC
    )


def test_the_cover_of_an_encrypted_hello_is_never_shown() -> None:
    covered = flow()
    covered.hello = Hello(name="cover.example.org", source=DomainSource.SNI, has_ech=True)
    named = name(covered, answer("a.example.org", CURL), is_cover=True)
    assert (named.domain, named.source) == ("a.example.org", DomainSource.DNS)
    assert named.reason is UnnamedReason.ENCRYPTED_HELLO
    assert name(covered, is_cover=True) == FlowName(reason=UnnamedReason.ENCRYPTED_HELLO)


def test_a_hello_without_a_name_is_said_and_answers_still_count() -> None:
    silent = flow()
    silent.hello = Hello(name="", source=DomainSource.SNI)
    assert name(silent).reason is UnnamedReason.NO_SERVER_NAME
    assert name(silent, answer("a.example.org")).domain == "a.example.org"


def test_encrypted_dns_is_said_beside_its_name() -> None:
    resolver = flow()
    resolver.is_encrypted_dns = True
    assert name(resolver).reason is UnnamedReason.ENCRYPTED_DNS
    resolver.hello = Hello(name="dns.example.org", source=DomainSource.SNI)
    assert name(resolver).reason is UnnamedReason.ENCRYPTED_DNS
    assert name(resolver).domain == "dns.example.org"


def test_of_a_connection_that_named_several_servers_none_is_certain() -> None:
    mixed = flow()
    mixed.hello = Hello(name="a.example.org", source=DomainSource.QUIC, is_mixed=True)
    assert name(mixed).domain == ""
    assert name(mixed, answer("b.example.org", CURL)).source is DomainSource.DNS


def test_the_other_end_of_what_it_opened_itself_has_no_name() -> None:
    assert is_nameable(flow())
    for direction in (Direction.INBOUND, Direction.FORWARDED):
        assert not is_nameable(flow(direction=direction))
        assert name(flow(direction=direction)).reason is UnnamedReason.UNSPECIFIED


def test_the_reasons_say_what_is_known() -> None:
    def reason(of: Flow, *, is_on: bool = True, has_asked: bool = False) -> UnnamedReason:
        return unnamed_reason(of, is_on=is_on, since_time=START - 10, has_asked=has_asked)

    assert reason(flow(), is_on=False) is UnnamedReason.SWITCHED_OFF
    assert reason(flow()) is UnnamedReason.NOT_SEEN
    assert reason(flow(), has_asked=True) is UnnamedReason.NOT_ASKED
    older = flow()
    older.started_before = True
    assert reason(older) is UnnamedReason.OLDER
    near = flow()
    near.scope = Scope.LAN
    assert reason(near) is UnnamedReason.UNSPECIFIED


PROCESSES = [None, CURL, OTHER_CURL, WGET]
answers = st.builds(
    answer,
    st.sampled_from(["a.example.org", "b.example.org", "c.example.net"]),
    st.sampled_from(PROCESSES),
    time=st.floats(START - 200, START + 200),
    until=st.floats(START - 100, START + 300),
    is_multicast=st.booleans(),
    is_hint=st.booleans(),
)


@given(
    owner=st.sampled_from(PROCESSES),
    known=st.lists(answers, max_size=8),
    said=st.sampled_from(["", "said.example.org"]),
    hosts=st.sampled_from(["", "host"]),
    is_cover=st.booleans(),
)
def test_only_its_own_word_is_ever_certain(
    owner: Process | None, known: list[NameAnswer], said: str, hosts: str, is_cover: bool
) -> None:
    of = flow(owner)
    of.hello = Hello(name=said, source=DomainSource.SNI, has_ech=True) if said else None
    found = best_answer(of, known, hosts=bool(hosts))
    named = name(of, found, hosts, is_cover=is_cover)
    if named.source in {DomainSource.SNI, DomainSource.QUIC}:
        assert named.domain == said
        assert not is_cover
    elif named.source is DomainSource.DNS:
        assert found is not None
        assert found.serves(START, 0.01)
        own = {each.name for each in known if owner is not None and each.asker.process_id == owner.id}
        fits = {each.name for each in known if each.serves(START, 0.01) and not each.is_multicast}
        assert named.domain in fits
        if any(
            each.asker.process_id == owner.id and each.serves(START, 0.01) and not each.is_multicast
            for each in known
            if owner is not None
        ):
            assert named.domain in own
    assert bool(named.domain) == bool(named.source)
    assert named.domain or named.reason
