"""What history knows, and when it was seen."""

from pathlib import Path

import pytest

from netmon.model import EntityOrder, EntityQuery, UsageDimension
from tests.support.history_stage import NOON, keep, opened, row

_D = UsageDimension


def test_a_domain_has_its_first_and_last_time_sums_and_company(tmp_path: Path) -> None:
    rows = [
        row(NOON - 3 * 86_400, received=1, domain="a.example"),
        row(NOON, received=2, domain="a.example", application_id="exe:curl", application_name="curl"),
        row(NOON + 120, received=4, domain="a.example", remote_host="203.0.113.8"),
        row(NOON, received=900, domain="b.example"),
    ]
    with opened(tmp_path) as store:
        keep(store, *rows)
        page = store.entities(EntityQuery(dimension=_D.DOMAIN, since_time=NOON - 60), NOON + 180)
    second, first = page.entities[1], page.entities[0]
    assert first.key.domain == "b.example"
    assert (second.key.domain, second.total.received_bytes) == ("a.example", 6)
    assert (second.first_time, second.last_time) == (NOON - 3 * 86_400, NOON + 120)
    assert (second.application_count, second.domain_count, second.remote_host_count) == (2, 1, 2)
    assert page.total_count == 2


def test_the_last_time_is_exact_after_a_reopening_too(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        for minute in range(5):
            keep(store, row(NOON + minute * 60))
    with opened(tmp_path) as store:
        (entity,) = store.entities(EntityQuery(dimension=_D.APPLICATION), NOON + 300).entities
    assert entity.last_time == NOON + 240


def test_pages_follow_each_other_in_the_order_that_was_asked_for(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(store, *(row(NOON + each * 60, domain=f"{each}.example") for each in range(7)))
        names: list[str] = []
        token = ""
        while True:
            query = EntityQuery(dimension=_D.DOMAIN, order=EntityOrder.LAST_SEEN, page_size=3, page_token=token)
            page = store.entities(query, NOON + 600)
            names += [entity.key.domain for entity in page.entities]
            token = page.next_page_token
            if not token:
                break
        by_name = store.entities(EntityQuery(dimension=_D.DOMAIN, order=EntityOrder.NAME), NOON + 600)
        newest = store.entities(EntityQuery(dimension=_D.DOMAIN, order=EntityOrder.FIRST_SEEN), NOON + 600)
    assert names == [f"{each}.example" for each in range(6, -1, -1)]
    assert [entity.key.domain for entity in by_name.entities] == names[::-1]
    assert newest.entities[0].key.domain == "6.example"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        (EntityQuery(dimension=_D.UNSPECIFIED), "dimension"),
        (EntityQuery(dimension=_D.DOMAIN, page_size=1001), "page_size"),
        (EntityQuery(dimension=_D.DOMAIN, page_token="x"), "page_token"),  # noqa: S106 -- no secret
        (EntityQuery(dimension=_D.DOMAIN, since_time=NOON + 1), "since_time"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_field(tmp_path: Path, query: EntityQuery, field: str) -> None:
    with opened(tmp_path) as store, pytest.raises(ValueError, match=f"^EntityQuery.{field}"):
        store.entities(query, NOON)
