"""Listings a page at a time: all pages are of one moment, which is held for a while."""

import asyncio
import hmac
import secrets
from dataclasses import dataclass, field

from netmon.model import Connection, Filter, RowOrder
from netmon.serving import InvalidRequest, NotFound
from netmon_collector.server.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a listing is of. The next page must be asked for with the same.

    ``only_uid``: with this user's rows alone; None: all.
    """

    filter: Filter
    order: RowOrder
    closed_within_seconds: float
    redacted: bool = False
    only_uid: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """All rows of a listing, and the tick that they are of; ``time`` in Unix seconds."""

    rows: tuple[Connection, ...]
    sequence: int
    time: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some rows of a moment; no token on the last page."""

    moment: Moment
    rows: tuple[Connection, ...]
    next_token: str


@dataclass(slots=True)
class _Held:
    question: Question
    moment: Moment
    secret: str = field(default_factory=lambda: secrets.token_hex(16))
    expiry: asyncio.TimerHandle | None = None


class Listings:
    """The listings that somebody may ask further pages of: so many listings and rows, the oldest given up first."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._held: dict[int, _Held] = {}
        self._row_count = 0
        self._next_number = 1

    @property
    def held_count(self) -> int:
        """Listings that are held."""
        return len(self._held)

    def begin(self, question: Question, moment: Moment, page_size: int) -> Page:
        """Give the first page, and hold the listing if there are more."""
        if len(moment.rows) <= page_size:
            return Page(moment=moment, rows=moment.rows, next_token="")
        number = self._next_number
        self._next_number += 1
        self._row_count += len(moment.rows)
        self._held[number] = _Held(question, moment)
        self._make_room(question.only_uid)
        return self._page(number, 0, page_size)

    def go_on(self, question: Question, token: str, page_size: int) -> Page:
        """Give the page of a token. Raises NotFound where it is over, InvalidRequest where the question is another."""
        number, offset = self._find(question, token)
        held = self._held[number]
        if held.question != question:
            raise InvalidRequest("page_token", "it belongs to another filter, order or closed_within")
        return self._page(number, offset, page_size)

    def _find(self, question: Question, token: str) -> tuple[int, int]:
        number_text, _, rest = token.partition(".")
        offset_text, _, secret = rest.partition(".")
        held = self._held.get(_number(number_text))
        offset = _number(offset_text)
        if (
            held is None
            or held.question.only_uid != question.only_uid
            or not hmac.compare_digest(held.secret.encode(), secret.encode())
            or not 0 < offset < len(held.moment.rows)
        ):
            raise NotFound("PAGE_TOKEN_EXPIRED", "page_token: no such listing, or no longer: begin with the first page")
        return _number(number_text), offset

    def _page(self, number: int, offset: int, page_size: int) -> Page:
        held = self._held.get(number)
        if held is None:
            raise NotFound("LISTING_TOO_LONG", "more rows than are held between pages: ask for longer pages")
        end = offset + page_size
        if held.expiry is not None:
            held.expiry.cancel()
        held.expiry = asyncio.get_running_loop().call_later(self._limits.listing_seconds, self._drop, number)
        token = f"{number}.{end}.{held.secret}" if end < len(held.moment.rows) else ""
        return Page(moment=held.moment, rows=held.moment.rows[offset:end], next_token=token)

    def _make_room(self, only_uid: int | None) -> None:
        if only_uid is not None:
            own = [number for number, held in self._held.items() if held.question.only_uid == only_uid]
            for number in own[: -self._limits.own_listing_limit]:
                self._drop(number)
        while len(self._held) > self._limits.listing_limit or self._row_count > self._limits.listed_row_limit:
            strangers = (number for number, held in self._held.items() if held.question.only_uid is not None)
            self._drop(next(strangers, next(iter(self._held))))

    def _drop(self, number: int) -> None:
        held = self._held.pop(number)
        self._row_count -= len(held.moment.rows)
        if held.expiry is not None:
            held.expiry.cancel()


def _number(text: str) -> int:
    """Give a decimal number; -1 for what is none, or too long to be one of ours."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
