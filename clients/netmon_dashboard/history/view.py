"""What the History page shows: read from its address, written to it, asked of the recorder, and said as a command."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal, TypeVar, get_args

from netmon.matching import MAXIMUM_PATTERN_LENGTH
from netmon.model import Filter, FilterField, Term, UsageQuery
from netmon_client.history_query import parse_history_query
from netmon_client.history_words import BUCKETS, DIMENSIONS
from netmon_client.query import format_filter

__all__ = ["GROUPS", "RANGES", "Group", "HistoryView", "RangeName", "local_time", "time_of_field"]

_T = TypeVar("_T", bound=str)
RangeName = Literal["24h", "30d", "12mo", "custom"]
BucketName = Literal["minute", "hour", "day", "month"]
Group = Literal["app", "domain", "host", "proto"]

RANGES: Final[dict[RangeName, str]] = {
    "24h": "24 h by hour",
    "30d": "30 d by day",
    "12mo": "12 months by month",
    "custom": "Custom",
}
GROUPS: Final[dict[Group, str]] = {"app": "Application", "domain": "Domain", "host": "Host", "proto": "Protocol"}
_FIELDS: Final[dict[Group, FilterField]] = {
    "app": FilterField.APPLICATION,
    "domain": FilterField.DOMAIN,
    "host": FilterField.REMOTE_ADDRESS,
    "proto": FilterField.PROTOCOL,
}
_FINER: Final[dict[Group, Group]] = {"app": "domain", "domain": "host", "host": "app", "proto": "app"}
_SYNONYMS: Final = {"remote": "host", "rip": "host"}
_BUCKET_OF: Final[dict[RangeName, BucketName]] = {"24h": "hour", "30d": "day", "12mo": "month", "custom": "day"}
_SMALLER: Final[dict[BucketName, BucketName]] = {"month": "day", "day": "hour", "hour": "minute", "minute": "minute"}
_LARGER: Final[dict[BucketName, BucketName]] = {"minute": "hour", "hour": "day", "day": "month", "month": "month"}
_SECONDS: Final[dict[BucketName, int]] = {"minute": 60, "hour": 3600, "day": 86_400, "month": 30 * 86_400}
_MOST_BUCKETS: Final = 400  # bars narrower than this show nothing
_DAY_SECONDS: Final = 86_400.0
_LONGEST_FILTER: Final = 2_000
_TOPS: Final = (5, 10, 20)


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """What is shown. ``since_time``, ``until_time``: Unix seconds, of a custom range alone; ``bucket`` too.

    ``query`` is as it was typed, and may be none.
    """

    range: RangeName = "24h"
    bucket: BucketName = "hour"
    group: Group = "app"
    query: str = ""
    top: int = 10
    compare: bool = False
    since_time: float | None = None
    until_time: float | None = None

    @classmethod
    def of(cls, params: Mapping[str, str]) -> "HistoryView":
        """Read an address. What makes no sense in it is as if it were not there."""
        since, until = _read_time(params.get("from", "")), _read_time(params.get("to", ""))
        has_range = since is not None and until is not None and since < until
        name = _one_of(params.get("range", ""), get_args(RangeName), "custom" if has_range else "24h")
        if name == "custom" and not has_range:
            name = "24h"
        bucket = _one_of(params.get("by", ""), get_args(BucketName), _BUCKET_OF[name])
        top, group = params.get("top", ""), params.get("group", "")
        view = cls(
            range=name,
            bucket=bucket,
            group=_one_of(_SYNONYMS.get(group, group), tuple(GROUPS), "app"),
            query=params.get("q", "")[:_LONGEST_FILTER],
            top=next((each for each in _TOPS if str(each) == top), 10),
            compare=params.get("compare", "") in {"1", "previous"},
        )
        return view.within(since, until) if name == "custom" else replace(view, bucket=_BUCKET_OF[name])

    def within(self, since: float | None, until: float | None) -> "HistoryView":
        """Give the view of a custom range, with buckets that are not too many for it."""
        bucket = self.bucket
        if since is not None and until is not None:
            while (until - since) / _SECONDS[bucket] > _MOST_BUCKETS and bucket != "month":
                bucket = _LARGER[bucket]
        return replace(self, range="custom", since_time=since, until_time=until, bucket=bucket)

    def params(self) -> dict[str, str]:
        """Give the address of this view: what is as usual is left out, but for range, bucket and group."""
        given = {"range": self.range, "by": self.bucket, "group": self.group}
        if self.range == "custom" and self.since_time is not None and self.until_time is not None:
            given |= {"from": _time_text(self.since_time), "to": _time_text(self.until_time)}
        if self.query:
            given["q"] = self.query
        if self.top != 10:
            given["top"] = str(self.top)
        if self.compare:
            given["compare"] = "previous"
        return given

    def bounds(self, now: float) -> tuple[float, float]:
        """Give the range in Unix seconds; the recorder widens it to whole buckets of its own zone."""
        if self.range == "custom" and self.since_time is not None and self.until_time is not None:
            return self.since_time, self.until_time
        if self.range == "12mo":
            return _months_before(now, 11), now
        days = 29 if self.range == "30d" else 23 / 24
        return now - days * _DAY_SECONDS, now

    def usage_query(self, now: float) -> UsageQuery:
        """Give the question. Raise `netmon_client.query.QueryError` for a filter that is none."""
        since, until = self.bounds(now)
        return UsageQuery(
            since_time=since,
            until_time=until,
            bucket=BUCKETS[self.bucket],
            group_by=(DIMENSIONS[self.group],),
            filter=parse_history_query(self.query),
            top=self.top,
            compare=self.compare,
        )

    def into(self, value: str) -> "HistoryView":
        """Give the view of one series alone, by its next finer group. ``value``: a term's, of this group."""
        field = _FIELDS[self.group]
        terms = [Term(field=field, values=(value,))]
        below = f"*.{value}"
        if field is FilterField.DOMAIN and "*" not in value and len(below) <= MAXIMUM_PATTERN_LENGTH:
            terms.append(Term(field=field, values=(below,), negated=True))  # a domain's term lets all below it pass
        given = self.query.split()
        added = (text for text in (format_filter(Filter(terms=(term,))) for term in terms) if text not in given)
        return replace(self, query=" ".join((self.query, *added)).strip(), group=_FINER[self.group])

    def at(self, start: float, end: float) -> "HistoryView":
        """Give the view of one bucket, by smaller ones."""
        return replace(self, bucket=_SMALLER[self.bucket]).within(start, end)

    def command(self, now: float) -> list[str]:
        """Give the words of the command that shows the same, without the program."""
        words = ["history", "--by", self.bucket, "--group", self.group]
        if self.range == "custom" and self.since_time is not None and self.until_time is not None:
            words += ["--since", _time_text(self.since_time), "--until", _time_text(self.until_time)]
        elif self.range == "12mo":
            words += ["--since", _time_text(_months_before(now, 11))]
        else:
            words += ["--since", "29d" if self.range == "30d" else "23h"]
        words += ["--top", str(self.top)]
        if self.compare:
            words += ["--compare", "previous"]
        if self.query:
            words += ["-F", self.query]
        return words


def local_time(time: float) -> datetime:
    """Give Unix seconds in this machine's zone, without one: what a field for a time shows."""
    return datetime.fromtimestamp(time).astimezone().replace(tzinfo=None)


def time_of_field(shown: datetime, known: float) -> float:
    """Give Unix seconds of a field for a time; ``known``, in Unix seconds, as long as it still shows that.

    The hour that comes twice as summer ends looks the same both times, and a field has no seconds.
    """
    return known if _minute(shown) == _minute(local_time(known)) else shown.timestamp()


def _minute(time: datetime) -> datetime:
    return time.replace(second=0, microsecond=0)


def _months_before(now: float, months: int) -> float:
    """Give a moment so many months before; a day that is in every month, so that none is skipped."""
    day = datetime.fromtimestamp(now).astimezone()
    month = day.year * 12 + day.month - 1 - months
    return day.replace(year=month // 12, month=month % 12 + 1, day=min(day.day, 28)).timestamp()


def _time_text(time: float) -> str:
    return (datetime.fromtimestamp(time).astimezone()).isoformat(timespec="seconds")


def _read_time(text: str) -> float | None:
    try:
        time = float(text) if text.replace(".", "", 1).isdecimal() else datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    longest = timedelta(days=200 * 366).total_seconds()
    return time if math.isfinite(time) and 0 <= time < longest else None


def _one_of(text: str, known: tuple[_T, ...], otherwise: _T) -> _T:
    return next((each for each in known if each == text), otherwise)
