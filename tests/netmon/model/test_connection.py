"""What the classes of connections say of themselves."""

import pytest

from netmon.model import Connection, ConnectionFacts, Endpoint, Process, Protocol, Remainder, Traffic

LOCAL, REMOTE = Endpoint(address="192.0.2.1", port=40_000), Endpoint(address="198.51.100.2", port=443)
CURL = Process(id="boot-10-1", pid=10, start_time=1.0, name="curl")


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        (Endpoint(address="192.0.2.1", port=443), "192.0.2.1:443"),
        (Endpoint(address="2001:db8::1", port=443), "[2001:db8::1]:443"),
        (Endpoint(address="192.0.2.1"), "192.0.2.1"),
        (Endpoint(address="2001:db8::1"), "2001:db8::1"),
        (Endpoint(address="0.0.0.0", port=0), "0.0.0.0:0"),  # noqa: S104 - a text, nothing listens
    ],
)
def test_an_endpoint_is_written_as_scripts_expect_it(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text


def test_a_row_gives_the_facts_that_people_ask_for_first() -> None:
    facts = ConnectionFacts(id="c1", protocol=Protocol.TCP, local=LOCAL, remote=REMOTE, process=CURL)
    row = Connection(facts=facts, traffic=Traffic())
    assert (row.id, row.local, row.remote, row.process) == ("c1", LOCAL, REMOTE, CURL)


def test_a_row_is_owned_by_a_process_or_as_the_rest_of_owned_ones() -> None:
    ownerless = ConnectionFacts(id="c1", protocol=Protocol.TCP)
    owned = ConnectionFacts(id="c2", protocol=Protocol.TCP, process=CURL)
    rest = ConnectionFacts(id="closed", protocol=Protocol.UNSPECIFIED, remainder=Remainder.CLOSED)
    rows = [Connection(facts=facts, traffic=Traffic()) for facts in (ownerless, owned, rest)]
    assert [row.is_owned for row in rows] == [False, True, True]


def test_rows_are_values_that_cannot_be_changed() -> None:
    row = Connection(facts=ConnectionFacts(id="c1", protocol=Protocol.TCP), traffic=Traffic())
    with pytest.raises(AttributeError):
        row.state = 4  # type: ignore[misc, assignment]
    assert row == Connection(facts=ConnectionFacts(id="c1", protocol=Protocol.TCP), traffic=Traffic())
