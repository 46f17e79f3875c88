"""Things that history knows: listed with when they were seen, and when they were active."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from netmon.model import (
    NO_USAGE,
    BucketSize,
    Entity,
    EntityOrder,
    EntityPage,
    EntityQuery,
    UsageDimension,
    UsageKey,
    UsageSums,
)
from netmon_recorder.store.calendar import ZoneCalendar
from netmon_recorder.store.filtering import condition
from netmon_recorder.store.grouping import GroupNames, Numbers, check_dimensions, check_no_process, columns
from netmon_recorder.store.ranges import Kept, outward, segments

_USUAL_PAGE: Final = 100
_MOST_PAGE: Final = 1000


@dataclass(slots=True, kw_only=True)
class _Found:
    """What is known of one entity so far. Minutes are Unix minutes."""

    first_minute: int
    last_minute: int
    total: UsageSums = NO_USAGE
    applications: set[int] = field(default_factory=set[int])
    domains: set[int] = field(default_factory=set[int])
    hosts: set[int] = field(default_factory=set[int])


def list_entities(
    connection: sqlite3.Connection,
    query: EntityQuery,
    now: float,
    calendar: ZoneCalendar,
    kept: Kept,
    waiting: Mapping[int, int],
) -> EntityPage:
    """Give a page. ``waiting``: last minutes of keys that are newer than on the disk. Raises ValueError by field."""
    check_dimensions((query.dimension,), "EntityQuery.dimension", 1)
    check_no_process(query.dimension, "EntityQuery.dimension")
    if query.page_size > _MOST_PAGE:
        raise ValueError(f"EntityQuery.page_size: more than {_MOST_PAGE:,}")
    if query.page_token and not query.page_token.isdecimal():
        raise ValueError("EntityQuery.page_token: not one of ours")
    oldest = kept.oldest(BucketSize.DAY)
    until = min(now, now if query.until_time is None else query.until_time)
    since = (until if oldest is None else float(oldest)) if query.since_time is None else query.since_time
    if since > until:
        raise ValueError("EntityQuery.since_time: not before until_time and now")
    first, last = outward(since, kept, calendar, up=False), outward(until, kept, calendar, up=True)
    found = _summed(connection, query, first, last, calendar, kept)
    _see(connection, query.dimension, found, waiting)
    offset, size = int(query.page_token or 0), query.page_size or _USUAL_PAGE
    names = dict(zip(found, GroupNames(connection, (query.dimension,)).keys(found), strict=True))
    order = sorted(found, key=lambda numbers: _rank(query.order, names[numbers], found[numbers]))
    page = order[offset : offset + size]
    return EntityPage(
        entities=tuple(_entity(names[numbers], found[numbers]) for numbers in page),
        next_page_token=str(offset + size) if offset + size < len(order) else "",
        total_count=len(order),
        since_time=first,
        until_time=last,
    )


def _summed(
    connection: sqlite3.Connection, query: EntityQuery, first: int, last: int, calendar: ZoneCalendar, kept: Kept
) -> dict[Numbers, _Found]:
    where = condition(connection, query.filter, include_loopback=query.include_loopback)
    group = columns((query.dimension,))
    found: dict[Numbers, _Found] = {}
    for part in segments(first, last, BucketSize.RANGE, kept, calendar):
        rows = connection.execute(
            # By key first: the names of a key are then looked up once, and not for each of its rows.
            f"SELECT k.application, k.domain, k.remote_host, t.sent, t.received, t.packets, t.connections,"  # noqa: S608 -- names of ours; all values are marks
            f" k.first_minute, k.last_minute, {group} FROM (SELECT key, sum(sent_bytes) AS sent,"
            " sum(received_bytes) AS received, sum(packet_count) AS packets, sum(connection_count) AS connections"
            f" FROM {part.tier.table} WHERE bucket >= ? AND bucket < ? GROUP BY key) t"
            f" CROSS JOIN key k ON k.id = t.key{where.joined('WHERE')}",
            (part.first, part.last, *where.values),
        )
        for application, domain, host, sent, received, packets, connections, begin, end, *numbers in rows:
            group_numbers: Numbers = tuple(numbers)
            entity = found.get(group_numbers)
            if entity is None:
                entity = found[group_numbers] = _Found(first_minute=begin, last_minute=end)
            entity.total = entity.total.plus(UsageSums(sent, received, packets, connections))
            entity.applications.add(application)
            entity.domains.add(domain)
            entity.hosts.add(host)
    return found


def _see(
    connection: sqlite3.Connection,
    dimension: UsageDimension,
    found: dict[Numbers, _Found],
    waiting: Mapping[int, int],
) -> None:
    """Fill in when each was first and last seen, whatever the range and the filter."""
    group = columns((dimension,))
    rows = connection.execute(
        f"SELECT min(k.first_minute), max(k.last_minute), {group} FROM key k GROUP BY {group}"  # noqa: S608 -- names of ours
    )
    for begin, end, *numbers in rows:
        entity = found.get(tuple(numbers))
        if entity is not None:
            entity.first_minute, entity.last_minute = begin, end
    marks = f"[{','.join(map(str, waiting))}]"
    rows = connection.execute(
        f"SELECT k.id, {group} FROM key k WHERE k.id IN (SELECT value FROM json_each(?))",  # noqa: S608 -- names of ours
        (marks,),
    )
    for number, *numbers in rows:
        entity = found.get(tuple(numbers))
        if entity is not None:
            entity.last_minute = max(entity.last_minute, waiting[number])


def _rank(order: EntityOrder, key: UsageKey, entity: _Found) -> tuple[float | str, ...]:
    name = _name(key)
    match order:
        case EntityOrder.NAME:
            return (name.lower(), name)
        case EntityOrder.FIRST_SEEN:
            return (-entity.first_minute, name)
        case EntityOrder.LAST_SEEN:
            return (-entity.last_minute, name)
        case EntityOrder.UNSPECIFIED:
            return (-entity.total.total_bytes, name)


def _name(key: UsageKey) -> str:
    texts: Sequence[str] = (key.user, key.application_name, key.remote_host, key.domain, key.interface)
    return next((text for text in texts if text), f"{key.protocol:d}{key.scope:d}")


def _entity(key: UsageKey, entity: _Found) -> Entity:
    return Entity(
        key=key,
        first_time=entity.first_minute * 60,
        last_time=entity.last_minute * 60,
        total=entity.total,
        application_count=len(entity.applications - {0}),
        domain_count=len(entity.domains - {0}),
        remote_host_count=len(entity.hosts - {0}),
    )
