"""Browsers, each with its domains."""

import json
import re
import sqlite3
from typing import Final

from netmon.model import (
    BrowserDomains,
    BrowserQuery,
    BrowserUsage,
    BucketSize,
    UsageDimension,
    UsageSeries,
    UsageSums,
)
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.filtering import Condition, condition
from netmon_recorder.store.grouping import GroupNames, Numbers, biggest
from netmon_recorder.store.missing import gaps_of
from netmon_recorder.store.ranges import Kept
from netmon_recorder.store.summing import added, row_condition, sums_of
from netmon_recorder.store.usage import frame_of

_DAY_SECONDS: Final = 86_400
_MOST_DOMAINS: Final = 1000
_USUAL_DOMAINS: Final = 10

# Names of programs (Debian, Fedora, Flathub and macOS packages of the browsers of the last ten years), without what
# packagers add.
_BROWSERS: Final = frozenset(
    {
        "arc",
        "brave",
        "chrome",
        "chromium",
        "duckduckgo",
        "edge",
        "epiphany",
        "falkon",
        "firefox",
        "floorp",
        "google-chrome",
        "icecat",
        "konqueror",
        "librewolf",
        "midori",
        "msedge",
        "microsoft-edge",
        "min",
        "mullvad-browser",
        "opera",
        "palemoon",
        "qutebrowser",
        "safari",
        "seamonkey",
        "tor-browser",
        "vivaldi",
        "waterfox",
        "zen",
    }
)
_ADDED: Final = re.compile(r"(-(bin|browser|esr|stable|beta|dev|nightly|unstable|developer-edition|real))+$")


def is_browser(name: str) -> bool:
    """Tell whether an application's name is that of a browser, as packagers write it."""
    plain = name.strip().lower().replace(" ", "-")
    return plain in _BROWSERS or _ADDED.sub("", plain) in _BROWSERS


def answer_browsers(
    connection: sqlite3.Connection, query: BrowserQuery, now: float, calendar: ZoneCalendar, kept: Kept
) -> BrowserDomains:
    """Answer a question. Raises ValueError naming the field that makes no sense."""
    if query.top > _MOST_DOMAINS:
        raise ValueError(f"BrowserQuery.top: more than {_MOST_DOMAINS:,}")
    until = now if query.until_time is None else query.until_time
    since = until - _DAY_SECONDS if query.since_time is None else query.since_time
    frame = frame_of(since, until, BucketSize.RANGE, calendar, kept, now)
    first, last = frame.bounds
    applications: list[tuple[int, str, str]] = [
        row for row in connection.execute("SELECT id, identity, name FROM application") if is_browser(row[2])
    ]
    wanted = condition(connection, query.filter, include_loopback=False)
    where = Condition(
        text=f"{wanted.text} AND {_OF_BROWSERS}",
        values=(*wanted.values, json.dumps([number for number, _, _ in applications])),
    )
    rows = row_condition(connection, where)
    by_browser: dict[int, dict[int, UsageSums]] = {}
    for (application, domain), sums in sums_of(connection, frame.parts(first, last), _GROUP, rows).items():
        by_browser.setdefault(application, {})[domain] = sums
    browsers = [
        _usage(connection, identity, name, by_browser[number], query.top or _USUAL_DOMAINS)
        for number, identity, name in applications
        if number in by_browser
    ]
    browsers.sort(key=lambda browser: (-browser.total.total_bytes, browser.application_name, browser.application_id))
    return BrowserDomains(
        since_time=first,
        until_time=last,
        browsers=tuple(browsers),
        gaps=gaps_of(connection, first, min(last, now), BucketSize.RANGE, kept),
    )


_GROUP: Final = "k.application, k.domain"
_OF_BROWSERS: Final = "k.application IN (SELECT value FROM json_each(?))"


def _usage(
    connection: sqlite3.Connection, identity: str, name: str, domains: dict[int, UsageSums], top: int
) -> BrowserUsage:
    named: dict[Numbers, UsageSums] = {(domain, 0): sums for domain, sums in domains.items() if domain}
    shown = biggest(connection, (UsageDimension.DOMAIN,), named, top)
    keys = GroupNames(connection, (UsageDimension.DOMAIN,)).keys(shown)
    return BrowserUsage(
        application_id=identity,
        application_name=name,
        total=added(domains.values()),
        named=added(named.values()),
        domains=tuple(UsageSeries(key=key, total=named[numbers]) for numbers, key in zip(shown, keys, strict=True)),
        rest_count=len(named) - len(shown),
    )
