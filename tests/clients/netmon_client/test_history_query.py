from pathlib import Path

import pytest

from netmon_client.history_query import application_sums_since, parse_history_query
from netmon_client.query import QueryError, parse_query


@pytest.mark.parametrize(
    "text",
    [
        "",
        "firefox",
        'app:firefox,"a b" !domain:*.example.org',
        "rip:10.0.0.0/8 proto:udp scope:lan",
        "is:remote user:a",
    ],
)
def test_what_history_holds_is_read_as_everywhere(text: str) -> None:
    assert parse_history_query(text) == parse_query(text)


@pytest.mark.parametrize(
    ("text", "column", "words", "suggestion"),
    [
        ("pid:3", 1, '"pid" (it keeps applications, not processes)', "app"),
        ("app:a port:22", 7, '"port" (it keeps sums, not connections)', ""),
        ("app:a !rate:>1k", 8, '"rate"', ""),
        ("ip:10.0.0.1", 1, '"ip" (it keeps the other end alone)', "rip"),
        ("is:remote,listen", 11, '"is:listen" (only local, remote, unknown)', ""),
        ("aap:x", 1, 'unknown field "aap"', "app"),
    ],
)
def test_what_it_does_not_hold_is_told_with_its_column(text: str, column: int, words: str, suggestion: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_history_query(text)
    assert caught.value.column == column
    assert words in str(caught.value)
    assert caught.value.suggestion == suggestion


def test_it_agrees_with_the_store_on_what_is_held() -> None:
    from netmon_client.query_words import FIELDS  # noqa: PLC0415 -- for this one alone
    from netmon_recorder.store.filtering import check_held  # noqa: PLC0415 -- the other side of the contract

    values = {"ip": "10.0.0.1", "lip": "10.0.0.1", "rip": "10.0.0.1", "proto": "tcp", "scope": "lan", "is": "remote"}
    values |= {"state": "listen", "dir": "inbound", "source": "dns", "app": "a", "user": "a", "unit": "a", "exe": "a"}
    values |= {"domain": "a", "iface": "a"}
    for name in FIELDS:
        text = f"{name}:{values.get(name, '1')}"
        assert is_refused(lambda text=text: parse_history_query(text)) == is_refused(
            lambda text=text: check_held(parse_query(text))
        ), text


def is_refused(ask: object) -> bool:
    try:
        ask()  # type: ignore[operator]
    except ValueError:
        return True
    return False


def test_sums_of_today_are_those_of_each_application_since_midnight(tmp_path: Path) -> None:
    from tests.support.history_stage import NOON, keep, opened, row  # noqa: PLC0415 -- a real history, for this one alone

    midnight = NOON - 43_200
    with opened(tmp_path) as store:
        keep(store, row(midnight - 60), row(midnight, 5), row(NOON, 7), row(NOON, 1, application_id="exe:b"))
        answer = store.usage(application_sums_since(midnight), NOON + 60)
        assert {one.key.application_id: one.total.received_bytes for one in answer.series} == {
            "exe:firefox": 12,
            "exe:b": 1,
        }
        assert answer.rest is None
