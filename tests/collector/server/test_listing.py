import pytest

from netmon.model import Connection, Filter, RowOrder
from netmon.serving import InvalidRequest, NotFound
from netmon_collector.server.limits import Limits
from netmon_collector.server.listing import Listings, Moment, Page, Question
from tests.support.served_collector import until
from tests.support.tick_source import START, row

QUESTION = Question(filter=Filter(), order=RowOrder.UNSPECIFIED, closed_within_seconds=0.0)


def moment_of(count: int) -> Moment:
    return Moment(rows=tuple(row(number) for number in range(count)), sequence=7, time=START)


def all_rows(listings: Listings, page: Page, page_size: int) -> list[Connection]:
    rows = list(page.rows)
    while page.next_token:
        page = listings.go_on(QUESTION, page.next_token, page_size)
        rows += page.rows
    return rows


async def test_pages_together_are_the_whole_moment() -> None:
    listings = Listings(Limits())
    moment = moment_of(11)
    assert all_rows(listings, listings.begin(QUESTION, moment, 3), 3) == list(moment.rows)


async def test_a_listing_of_one_page_is_not_held() -> None:
    listings = Listings(Limits())
    page = listings.begin(QUESTION, moment_of(3), 3)
    assert (page.next_token, listings.held_count) == ("", 0)


async def test_a_page_may_be_asked_for_twice() -> None:
    listings = Listings(Limits())
    token = listings.begin(QUESTION, moment_of(6), 2).next_token
    assert listings.go_on(QUESTION, token, 2).rows == listings.go_on(QUESTION, token, 2).rows


async def test_the_size_may_change_from_page_to_page() -> None:
    listings = Listings(Limits())
    first = listings.begin(QUESTION, moment_of(6), 2)
    assert len(listings.go_on(QUESTION, first.next_token, 50).rows) == 4


async def test_tokens_cannot_be_guessed() -> None:
    listings = Listings(Limits())
    token = listings.begin(QUESTION, moment_of(6), 2).next_token
    number, offset, secret = token.split(".")
    assert len(secret) == 32
    for wrong in (
        f"{number}.{offset}.{'0' * 32}",
        f"{number}.{offset}.é",
        f"{number}.{offset}.",
        f"{number}.-1.{secret}",
        f"{number}.0.{secret}",
        f"{number}.6.{secret}",
        f"{number}.{'9' * 5000}.{secret}",
        f"9.{offset}.{secret}",
        "²..",
        "x",
    ):
        with pytest.raises(NotFound):
            listings.go_on(QUESTION, wrong, 2)
    assert listings.go_on(QUESTION, token, 2).rows


async def test_a_token_is_of_its_question_alone() -> None:
    listings = Listings(Limits())
    token = listings.begin(QUESTION, moment_of(6), 2).next_token
    other = Question(filter=Filter(), order=RowOrder.NEWEST, closed_within_seconds=0.0)
    with pytest.raises(InvalidRequest, match="page_token: it belongs to another"):
        listings.go_on(other, token, 2)


async def test_a_token_is_good_for_a_while_only() -> None:
    listings = Listings(Limits(listing_seconds=0.01))
    token = listings.begin(QUESTION, moment_of(6), 2).next_token
    await until(lambda: listings.held_count == 0, "the listing is given up")
    with pytest.raises(NotFound, match="begin with the first page"):
        listings.go_on(QUESTION, token, 2)


async def test_the_oldest_listing_goes_where_there_are_too_many() -> None:
    listings = Listings(Limits(listing_limit=2))
    tokens = [listings.begin(QUESTION, moment_of(6), 2).next_token for _ in range(3)]
    assert listings.held_count == 2
    with pytest.raises(NotFound):
        listings.go_on(QUESTION, tokens[0], 2)
    assert listings.go_on(QUESTION, tokens[1], 2).rows


async def test_rows_that_are_held_are_bounded() -> None:
    listings = Listings(Limits(listed_row_limit=10))
    listings.begin(QUESTION, moment_of(6), 2)
    listings.begin(QUESTION, moment_of(6), 2)
    assert listings.held_count == 1
    with pytest.raises(NotFound, match="longer pages"):
        listings.begin(QUESTION, moment_of(11), 2)
    assert listings.held_count == 0
