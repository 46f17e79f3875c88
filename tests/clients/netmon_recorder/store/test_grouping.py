"""What a group is."""

from pathlib import Path

import pytest

from netmon.model import Protocol, Scope, UsageDimension, UsageKey, UsageSums
from netmon_recorder.store.grouping import (
    EVERY_DIMENSION,
    GroupNames,
    biggest,
    check_dimensions,
    column,
    columns,
    names,
)
from tests.support.history_stage import NOON, keep, opened, row

_D = UsageDimension


def test_a_group_of_every_dimension_gives_the_key_back(tmp_path: Path) -> None:
    kept = row(NOON)
    with opened(tmp_path) as store:
        keep(store, kept)
        groups = store._writer.execute(f"SELECT {columns(EVERY_DIMENSION)} FROM key k").fetchall()  # noqa: S608 -- names of ours
        assert GroupNames(store._writer, EVERY_DIMENSION).keys(groups) == [kept.key]


def test_only_the_fields_of_its_dimensions_are_set(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        (key,) = GroupNames(store._writer, (_D.PROTOCOL, _D.SCOPE)).keys([(2, 3, 0)])
    assert key == UsageKey(protocol=Protocol.UDP, scope=Scope.INTERNET)


def test_each_dimension_has_its_column() -> None:
    assert len({column(dimension) for dimension in EVERY_DIMENSION}) == len(_D) - 2  # none, and the process


def test_what_moved_the_same_is_in_the_order_of_names_and_not_of_numbers(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON, domain=domain) for domain in ("c.example", "a.example", "b.example")))
        connection = store._writer
        numbers = dict(connection.execute("SELECT value, id FROM name WHERE kind = ?", (int(_D.DOMAIN),)))
        a, b, c = ((numbers[f"{letter}.example"], 0) for letter in "abc")
        moved = {c: UsageSums(1), a: UsageSums(1), b: UsageSums(2)}
        assert biggest(connection, (_D.DOMAIN,), moved, 3) == [b, a, c]
        assert biggest(connection, (_D.DOMAIN,), moved, 2) == [b, a]
        assert biggest(connection, (_D.DOMAIN,), {}, 3) == []


def test_names_stand_for_numbers_in_the_order_of_a_keys_fields(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, row(NOON))
        chosen = names((_D.PROCESS, _D.SCOPE, _D.DOMAIN, _D.APPLICATION))
        rows = store._writer.execute(f"SELECT {', '.join(chosen)} FROM key k").fetchall()  # noqa: S608 -- names of ours
    assert rows == [("exe:firefox", "www.example.com", 3)]


@pytest.mark.parametrize("dimensions", [(_D.USER, _D.USER), (_D.UNSPECIFIED,), (_D.USER, _D.SCOPE, _D.DOMAIN)])
def test_what_is_no_group_is_refused(dimensions: tuple[UsageDimension, ...]) -> None:
    with pytest.raises(ValueError, match=r"^Query\.group_by: "):
        check_dimensions(dimensions, "Query.group_by", 2)
