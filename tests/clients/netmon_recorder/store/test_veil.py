"""Who may not see all of history sees their own part, and sums that balance."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.model import (
    OTHER_USERS_ID,
    BrowserQuery,
    BucketSize,
    EntityOrder,
    EntityQuery,
    ExportBatch,
    ExportHeader,
    ExportQuery,
    RetentionPolicy,
    TimelineQuery,
    UsageAnswer,
    UsageDimension,
    UsageKey,
    UsageQuery,
    UsageRow,
)
from netmon_client import parse_query
from netmon_recorder.store import AskedName, Onlooker, UsageBatch
from netmon_recorder.store.sqlite import SqliteStore
from tests.support.history_stage import NOON, opened, row

ANNA, BOB, EVE = (Onlooker(uid=1000 + number, user=name) for number, name in enumerate(("anna", "bob", "eve")))
NOW = NOON + 600
OTHERS = "(other users)"
_D = UsageDimension
_BUCKETS = (BucketSize.MINUTE, BucketSize.HOUR, BucketSize.DAY, BucketSize.MONTH, BucketSize.RANGE)

ROWS = (
    row(NOON, 1, user="anna"),
    row(NOON, 2, user="anna", domain="borrowed.example"),
    row(NOON, 4, user="bob", application_id="exe:chromium", application_name="chromium", domain="bob.example"),
    row(NOON + 60, 8, user="bob", remote_host="203.0.113.99", domain="", protocol=2),
    row(NOON + 60, 16, user="", application_id="", application_name="", domain="nobody.example"),
    row(NOON + 60, 32, user="root", scope=1, interface="lo", domain=""),
)
ASKED = (
    AskedName("anna", 1000),
    AskedName("anna", 1000, "www.example.com"),
    AskedName("bob", 1001),
    AskedName("bob", 1001, "borrowed.example"),
    AskedName("bob", 1001, "bob.example"),
    AskedName("root", 0),
)
WHOLE = 1 + 2 + 4 + 8 + 16


@contextmanager
def history(folder: Path, *rows: UsageRow, asked: tuple[AskedName, ...] = ASKED) -> Generator[SqliteStore]:
    with opened(folder, policy=RetentionPolicy(second_seconds=3600)) as store:
        seconds = tuple(
            each._replace(key=each.key._replace(pid=7, process_name=f"of-{each.key.user}", process_start_time=1.0))
            for each in rows or ROWS
        )
        store.append(UsageBatch(until_time=NOON + 120, rows=rows or ROWS, seconds=seconds, asked=asked))
        yield store


def asked_by(store: SqliteStore, onlooker: Onlooker | None, query: str = "", **more: object) -> UsageAnswer:
    usual = UsageQuery(since_time=NOON, until_time=NOW, bucket=BucketSize.RANGE, filter=parse_query(query))
    return store.usage(replace(usual, **more), NOW, onlooker)  # type: ignore[arg-type]


def received(answer: UsageAnswer) -> dict[UsageKey, int]:
    return {series.key: series.total.received_bytes for series in answer.series}


def test_own_rows_are_shown_in_full_and_those_of_others_as_one_sum(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        of_anna = received(asked_by(store, ANNA, group_by=(_D.APPLICATION, _D.REMOTE_HOST)))
        firefox = UsageKey(application_id="exe:firefox", application_name="firefox", remote_host="203.0.113.7")
        assert of_anna == {
            firefox: 3,
            UsageKey(application_id=OTHER_USERS_ID, application_name=OTHERS, remote_host=OTHERS): 12,
            UsageKey(remote_host=OTHERS): 16,  # nobody's: that it is so is no secret, with whom is one
        }
        of_bob = received(asked_by(store, BOB, group_by=(_D.USER, _D.DOMAIN)))
        assert of_bob == {
            UsageKey(user="bob", domain="bob.example"): 4,
            UsageKey(user="bob"): 8,
            UsageKey(user=OTHERS, domain=OTHERS): 3,
            UsageKey(domain=OTHERS): 16,
        }
        assert received(asked_by(store, EVE, group_by=(_D.USER,))) == {UsageKey(user=OTHERS): 15, UsageKey(): 16}


@pytest.mark.parametrize("dimension", [each for each in _D if each not in (_D.UNSPECIFIED, _D.PROCESS)])
def test_whatever_is_asked_the_sums_are_those_of_all(tmp_path: Path, dimension: UsageDimension) -> None:
    with history(tmp_path) as store:
        for bucket in _BUCKETS:
            for onlooker in (None, ANNA, BOB, EVE):
                answer = asked_by(store, onlooker, bucket=bucket, group_by=(dimension,), top=1, compare=True)
                rest = 0 if answer.rest is None else answer.rest.total.received_bytes
                assert answer.total.received_bytes == WHOLE
                assert sum(received(answer).values()) + rest == WHOLE
                assert sum(each.total.received_bytes for each in answer.buckets if each.total) == WHOLE


def test_a_domain_that_only_others_asked_for_looks_like_none(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        assert received(asked_by(store, ANNA, "user:anna", group_by=(_D.DOMAIN,))) == {
            UsageKey(domain="www.example.com"): 1,
            UsageKey(): 2,
        }
        assert asked_by(store, ANNA, "domain:borrowed.example").total.received_bytes == 0
        store.append(UsageBatch(until_time=NOON + 180, asked=(AskedName("anna", 1000, "borrowed.example"),)))
        assert asked_by(store, ANNA, "domain:borrowed.example").total.received_bytes == 2


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("app:chromium", 0),
        ("domain:bob.example", 0),
        ("rip:203.0.113.99", 0),
        ("user:bob", 0),
        ("proto:udp", 0),
        ("bob", 0),
        ("nobody.example", 0),
        ("chrom", 0),
        ("!app:chromium", WHOLE),
        ("!domain:bob.example", WHOLE),
        ("!rip:203.0.113.99", WHOLE),
        ("!user:bob", WHOLE),
        ("!bob", WHOLE),
        ("!proto:udp", WHOLE),
        ("app:firefox", 3),
        ("!app:firefox", WHOLE - 3),
        ("is:unknown", 16),
        ("!is:unknown", WHOLE - 16),
    ],
)
def test_no_filter_sees_behind_the_sums(tmp_path: Path, query: str, shown: int) -> None:
    with history(tmp_path) as store:
        assert asked_by(store, ANNA, query).total.received_bytes == shown


def test_loopback_is_left_out_and_counted_as_for_those_who_see_all(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        assert asked_by(store, ANNA, include_loopback=True).total.received_bytes == WHOLE + 32


def test_a_name_that_two_numbers_had_is_nobodys(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        store.append(UsageBatch(until_time=NOON + 180, asked=(AskedName("anna", 2000),)))
        for onlooker in (ANNA, Onlooker(uid=2000, user="anna")):
            assert received(asked_by(store, onlooker, group_by=(_D.USER,))) == {
                UsageKey(user=OTHERS): 15,
                UsageKey(): 16,
            }


def test_a_number_alone_or_a_name_alone_is_not_enough(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        for onlooker in (Onlooker(uid=1000, user="renamed"), Onlooker(uid=9, user="anna")):
            assert asked_by(store, onlooker, "app:firefox").total.received_bytes == 0


def test_rows_of_before_numbers_were_noted_are_shown_once_their_user_is_seen_again(tmp_path: Path) -> None:
    with history(tmp_path, asked=()) as store:
        assert asked_by(store, ANNA, "app:firefox").total.received_bytes == 0
        store.append(UsageBatch(until_time=NOON + 180, asked=ASKED))
        assert asked_by(store, ANNA, "app:firefox").total.received_bytes == 3


def test_processes_of_others_are_one_too(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        names = {key.process_name for key in received(asked_by(store, ANNA, group_by=(_D.PROCESS,)))}
        assert names == {"of-anna", OTHERS}
        all_names = {key.process_name for key in received(asked_by(store, None, group_by=(_D.PROCESS,)))}
        assert all_names == {"of-anna", "of-bob", "of-"}
        answer = asked_by(store, ANNA, group_by=(_D.PROCESS,), bucket=BucketSize.MINUTE)
        assert answer.total.received_bytes == WHOLE


def test_lists_lanes_and_browsers_hold_what_is_ones_own(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        page = store.entities(EntityQuery(dimension=_D.APPLICATION), NOW, ANNA)
        assert {entity.key.application_name for entity in page.entities} == {"firefox", OTHERS, ""}
        assert sum(entity.total.received_bytes for entity in page.entities) == WHOLE
        lanes = store.timeline(
            TimelineQuery(dimension=_D.APPLICATION, values=("exe:firefox", "exe:chromium")), NOW, ANNA
        )
        assert [(lane.key.application_name, len(lane.spans)) for lane in lanes.lanes] == [("firefox", 1), ("", 0)]
        domains = store.timeline(TimelineQuery(dimension=_D.DOMAIN, values=("bob.example",)), NOW, ANNA)
        assert domains.lanes[0].spans == ()
        for onlooker, names in ((ANNA, ["firefox"]), (BOB, ["firefox", "chromium"]), (EVE, [])):
            browsers = store.browser_domains(BrowserQuery(), NOW, onlooker).browsers
            assert [browser.application_name for browser in browsers] == names
        (of_anna,) = store.browser_domains(BrowserQuery(), NOW, ANNA).browsers
        assert (of_anna.total.received_bytes, of_anna.named.received_bytes) == (3, 1)


def test_an_export_holds_rows_of_ones_own_and_sums_of_the_rest(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        query = ExportQuery(bucket=BucketSize.MINUTE)
        for onlooker in (None, ANNA, EVE):
            items = list(store.export(query, NOW, onlooker))
            rows = [row for item in items if isinstance(item, ExportBatch) for row in item.rows]
            assert sum(row.sums.received_bytes for row in rows) == WHOLE
            text = repr(rows)
            assert ("bob" in text) is (onlooker is None)
            assert ("203.0.113.7" in text) is (onlooker is not EVE)
            assert isinstance(items[0], ExportHeader)
            assert items[0].estimated_row_count == (len(ROWS) if onlooker is None else 0)  # not told


X, Y = ({"domain": f"{name}.example", "remote_host": f"192.0.2.{number}"} for number, name in enumerate("xy"))
FRESH = {"domain": "fresh.example", "remote_host": "192.0.2.9"}


def test_no_answer_tells_whether_another_user_was_there_before(tmp_path: Path) -> None:
    """Numbers of names tell it: neither an order nor a tie may be by them."""
    told = [answers_after_visits(tmp_path / app, app, first) for app, first in (("chromium", X), ("opera", Y))]
    assert told[0] == told[1]


def answers_after_visits(folder: Path, app: str, first: dict[str, str]) -> list[object]:
    """Give what Anna is answered when Bob was at one place, and she then at a fresh one and at X with two browsers."""
    folder.mkdir()
    rows = (row(NOON, 4, user="bob", application_id=f"exe:{app}", application_name=app, **first),)
    asked = (AskedName("bob", 1001), AskedName("bob", 1001, first["domain"]))
    with history(folder, *rows, asked=asked) as store:
        for place in (FRESH, X):
            for name in ("firefox", "chromium"):
                key = {"user": "anna", "application_id": f"exe:{name}", "application_name": name, **place}
                mine = row(NOON + 60, 1000, **key)
                second = mine._replace(
                    key=mine.key._replace(pid=7, process_name="of-anna", process_start_time=1.0), start_time=NOON + 61
                )
                asked = (AskedName("anna", 1000), AskedName("anna", 1000, place["domain"]))
                store.append(UsageBatch(until_time=NOON + 180, rows=(mine,), seconds=(second,), asked=asked))
        dimensions = [each for each in _D if each is not _D.UNSPECIFIED]
        groups = [(one,) for one in dimensions] + [(one, two) for one in dimensions for two in dimensions if one != two]
        lanes = TimelineQuery(dimension=_D.DOMAIN, values=("x.example", "y.example"))
        kept = [each for each in dimensions if each is not _D.PROCESS]
        return [
            *(
                asked_by(store, ANNA, group_by=group, bucket=bucket, top=top)
                for group in groups
                for bucket in (BucketSize.RANGE, BucketSize.MINUTE)
                for top in (1, 10)
            ),
            *(
                store.entities(EntityQuery(dimension=each, order=order), NOW, ANNA)
                for each in kept
                for order in EntityOrder
            ),
            store.timeline(lanes, NOW, ANNA),
            store.browser_domains(BrowserQuery(), NOW, ANNA),
            store.browser_domains(BrowserQuery(top=1), NOW, ANNA),
            *(list(store.export(ExportQuery(bucket=bucket), NOW, ANNA)) for bucket in (BucketSize.SECOND, *_BUCKETS)),
        ]


def test_who_sees_all_is_answered_as_before_while_others_ask(tmp_path: Path) -> None:
    with history(tmp_path) as store:
        begun = store.export(ExportQuery(bucket=BucketSize.MINUTE), NOW, ANNA)
        next(begun)
        assert received(asked_by(store, None, group_by=(_D.USER,))) == {
            UsageKey(user="anna"): 3,
            UsageKey(user="bob"): 12,
            UsageKey(): 16,
        }
        # One after the other through the same connection: each sees what is theirs.
        assert asked_by(store, BOB, "user:bob").total.received_bytes == 12
        assert asked_by(store, ANNA, "user:bob").total.received_bytes == 0


def test_what_nothing_is_kept_of_is_forgotten(tmp_path: Path) -> None:
    # A number of a name may be given out again, to another name.
    with history(tmp_path) as store:
        store.append(UsageBatch(until_time=NOON + 180, asked=(AskedName("unkept", 5), AskedName("anna", 1000, "no"))))
        assert noted(tmp_path) == len(ASKED)
        store.refresh_caches()
        assert noted(tmp_path) == len(ASKED)
        with closing(sqlite3.connect(tmp_path / "history.db")) as connection:
            connection.executescript("DELETE FROM usage_minute; DELETE FROM usage_quarter; DELETE FROM usage_day")
        store.refresh_caches()
        assert noted(tmp_path) == 0


def noted(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "history.db")) as connection:
        return int(connection.execute("SELECT count(*) FROM asked").fetchone()[0])
