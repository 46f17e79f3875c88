"""Hands each tick to all subscribers: composed and encoded once a view, newest first, nothing that ended is missed."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, Self

from netmon.codec import SnapshotEncoder, encode_get_response, encode_stream_response, gap_to_wire
from netmon.model import Gap, GapCause, Snapshot, StreamLag, View
from netmon.serving import Exhausted, Unavailable
from netmon.v1 import monitor_service_pb2 as pb
from netmon_collector.server.guest_work import GuestWork
from netmon_collector.server.lag import lag_of
from netmon_collector.server.limits import Limits
from netmon_collector.server.ports import SnapshotSource
from netmon_collector.server.sending import rings_within

_LOGGER = logging.getLogger(__name__)

# Encodings of one tick that are kept for others who may want the same: of subscribers that missed the same ticks, of
# new ones, and of single calls. Each is about 0.4 MB with 2,000 rows.
_KEPT_LIMIT = 8

_RESERVED_SHARE = 8
"""One in this many views is for those who see everything."""

_GAPS_LIMIT = 16
_SINGLE = 0  # in place of the interval of a stream


@dataclass(frozen=True, slots=True, kw_only=True)
class _Encoded:
    """The snapshot of tick ``sequence`` (``time`` in Unix seconds) with what ended after tick ``since_sequence``."""

    sequence: int
    time: float
    since_sequence: int
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken:
    """The tick that a subscriber got last; ``time`` in Unix seconds."""

    sequence: int
    time: float


class _Wish(NamedTuple):
    """What is sent to all who share it: a view, how many ticks apart, and for which user alone (None: everything)."""

    view: View
    every: int
    only_uid: int | None


class _Group:
    """The subscribers of one view and interval."""

    __slots__ = ("every", "members", "shared", "wish")

    def __init__(self, wish: _Wish) -> None:
        self.wish = wish
        self.every = wish.every
        self.members: set[Subscription] = set()
        self.shared: _Encoded | None = None

    def is_wanted(self, since_sequence: int) -> bool:
        """Whether somebody will take the snapshot that follows on that of ``since_sequence``.

        Who is still writing takes the newest when done, and for that nothing needs to be kept if each tick is one.
        """
        return any(
            member.last_sequence == since_sequence and (self.every > 1 or member.is_waiting) for member in self.members
        )


class Subscription:
    """One subscriber's place, held while it is entered: ``take`` what is due, send it, ``wait``.

    There may be a thousand: it waits on a future of its own, where an event with its queue takes 760 bytes each.
    """

    __slots__ = ("_gap_number", "_group", "_hub", "_is_held", "_is_rung", "_last", "_waiter", "_wish")

    def __init__(self, hub: "Hub", wish: _Wish) -> None:
        self._hub = hub
        self._wish = wish
        self._group: _Group | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._is_rung = False
        self._is_held = False
        self._last: _Taken | None = None
        self._gap_number = 0

    def __enter__(self) -> Self:
        """Join those of the same view and interval. Raises Exhausted for one view too many."""
        self._group = group = self._hub.join(self._wish, self)
        self._wish = group.wish  # one for all
        self._gap_number = self._hub.gap_count
        return self

    def __exit__(self, *_: object) -> None:
        self._hub.leave(self._wish, self)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for what is due, and does not still send."""
        return self._waiter is not None

    @property
    def is_held(self) -> bool:
        """Whether what was due is not made, for its user has taken enough time."""
        return self._is_held

    @property
    def last_sequence(self) -> int | None:
        """Tick that was taken last."""
        return None if self._last is None else self._last.sequence

    def behind_count(self, sequence: int) -> int:
        """Give how many snapshots were due after the last one that was taken, at tick ``sequence``."""
        every, last = self._wish.every, self.last_sequence
        return 0 if last is None else max(0, sequence // every - last // every)

    def ring(self) -> None:
        """Something may be due."""
        self._is_rung = True
        _release(self._waiter)

    async def wait(self, seconds: float) -> bool:
        """Wait until something may be due; give False when nothing was for ``seconds``."""
        if not self._is_rung:
            loop = asyncio.get_running_loop()
            self._waiter = waiter = loop.create_future()
            silence = loop.call_later(seconds, _release, waiter)
            try:
                await waiter
            finally:
                silence.cancel()
                self._waiter = None
        return self._is_rung

    def take(self) -> list[bytes]:
        """Give the messages that are due, at most one snapshot among them, the newest."""
        self._is_rung = False
        messages, self._gap_number = self._hub.gaps_after(self._gap_number)
        newest = self._hub.newest
        if newest is None:
            return messages
        last, wish, group = self._last, self._wish, self._group
        if last is None:
            self._is_held = not self._hub.work.may_begin(wish.only_uid)
            if self._is_held:
                return messages
            messages.append(self._hub.encode(wish, since_sequence=None))
            self._last = _Taken(sequence=newest.sequence, time=newest.time)
            return messages
        due = newest.sequence - newest.sequence % wish.every
        if due <= last.sequence:
            return messages
        shared = None if group is None else group.shared
        if shared is not None and (shared.sequence, shared.since_sequence) == (due, last.sequence):
            messages.append(shared.payload)
            self._last = _Taken(sequence=due, time=shared.time)
        elif due == newest.sequence:
            was_held, self._is_held = self._is_held, not self._hub.work.may_begin(wish.only_uid)
            if self._is_held:
                return messages
            cause = GapCause.OVERLOAD if was_held else GapCause.SLOW_READER
            gap = _missed(last, newest, wish.every, cause)
            if gap is not None:
                messages.append(encode_gap(gap))
            messages.append(self._hub.encode(wish, since_sequence=last.sequence))
            self._last = _Taken(sequence=due, time=newest.time)
        # Else the tick that was due cannot be composed any more: the gap before the next one says so.
        return messages


class Hub:
    """The subscribers of snapshots and those who wait for events. For the event loop's thread alone."""

    def __init__(self, source: SnapshotSource, limits: Limits, work: GuestWork | None = None) -> None:
        self._source = source
        self._limits = limits
        self._encoder = SnapshotEncoder()
        self._groups: dict[_Wish, _Group] = {}
        self._bells: set[asyncio.Event] = set()
        self._first_tick = asyncio.Event()
        self._kept: dict[Hashable, bytes] = {}
        self._gaps: deque[bytes] = deque(maxlen=_GAPS_LIMIT)
        self._gap_count = 0
        self.work = work or GuestWork()
        """What is left to who sees only a part."""
        self.encoded_count = 0
        """Snapshots that were composed and encoded so far."""

    @property
    def newest(self) -> Snapshot | None:
        """The newest tick, whole."""
        return self._source.latest

    def publish(self) -> None:
        """Tell everybody of a new tick; to be called after each one.

        Raises what composing and encoding raise. All are told before; each finds out about its own view then.
        """
        self._kept.clear()
        for bell in self._bells:
            bell.set()
        newest = self._source.latest
        if newest is None:
            return
        self._first_tick.set()
        due = [group for group in self._groups.values() if newest.sequence % group.every == 0]
        for group in due:
            group.shared = None
            for member in group.members:
                member.ring()
        for group in sorted(due, key=lambda group: group.wish.only_uid is not None):
            try:
                self._share(group, newest)
            except Exception:
                # A fault of ours in one view must not cost the others their tick; its own subscribers meet it too.
                _LOGGER.exception("a view could not be composed")

    def announce(self, gap: Gap) -> None:
        """Tell all subscribers of snapshots that something is missing for everybody."""
        self._gaps.append(encode_gap(gap))
        self._gap_count += 1
        self._kept.clear()
        for group in self._groups.values():
            for member in group.members:
                member.ring()

    async def wait_for_first_tick(self) -> Snapshot:
        """Give the newest tick, and wait for the first one. Raises Unavailable where it does not come in time."""
        if self._source.latest is None:
            await rings_within(self._first_tick, self._limits.first_tick_seconds)
        newest = self._source.latest
        if newest is None:
            raise Unavailable("NOT_READY", "there is no snapshot yet")
        return newest

    def subscribe(self, view: View, every: int, *, only_uid: int | None = None) -> Subscription:
        """Give a place among those of the same view and interval, to be entered.

        ``only_uid``: with what is this user's own, and the rest as one sum; None: everything.
        """
        return Subscription(self, _Wish(view, every, only_uid))

    def join(self, wish: _Wish, member: Subscription) -> _Group:
        """Take in a subscription. Raises Exhausted for one view too many."""
        group = self._groups.get(wish)
        if group is None:
            self._check_room(wish)
            group = self._groups[wish] = _Group(wish)
            self._source.hold_period(wish.every, wish.only_uid)
        group.members.add(member)
        return group

    def leave(self, wish: _Wish, member: Subscription) -> None:
        """Let a subscription go, and its group with the last one."""
        group = self._groups[wish]
        group.members.discard(member)
        if not group.members:
            del self._groups[wish]
            self._source.release_period(wish.every, wish.only_uid)

    @contextmanager
    def listen(self) -> Generator[asyncio.Event, None, None]:
        """Give a bell that rings with each ``publish``; the listener clears it."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            yield bell
        finally:
            self._bells.discard(bell)

    def lag(self, interval_seconds: float) -> StreamLag:
        """Give how far subscribers are behind the newest tick; ticks are ``interval_seconds`` apart."""
        newest = self._source.latest
        sequence = 0 if newest is None else newest.sequence
        behind = [
            (member.behind_count(sequence), group.every) for group in self._groups.values() for member in group.members
        ]
        return lag_of(
            "snapshots",
            [count for count, _ in behind],
            worst_seconds=max((count * every * interval_seconds for count, every in behind), default=0.0),
        )

    def encode(self, wish: _Wish, *, since_sequence: int | None) -> bytes:
        """Give the newest tick as a StreamSnapshotsResponse for somebody who is not in step with the others."""
        return self.keep((wish, since_sequence), lambda: self._encode(wish, since_sequence))

    def encode_single(self, view: View, *, only_uid: int | None = None) -> bytes:
        """Give the newest tick as a GetSnapshotResponse."""

        def make() -> bytes:
            with self.work.counted(only_uid):
                snapshot = self._source.compose(view, every=1, since_sequence=None, only_uid=only_uid)
                return encode_get_response(self._encoder.encode(snapshot))

        return self.keep((_Wish(view, _SINGLE, only_uid), None), make)

    @property
    def gap_count(self) -> int:
        """Gaps that were announced so far."""
        return self._gap_count

    def gaps_after(self, number: int) -> tuple[list[bytes], int]:
        """Give what was announced after the first ``number`` gaps, and the number from now on."""
        count = min(self._gap_count - number, len(self._gaps))
        return list(self._gaps)[len(self._gaps) - count :], self._gap_count

    def _check_room(self, wish: _Wish) -> None:
        only_uid, view_limit = wish.only_uid, self._limits.view_limit
        if only_uid is not None:
            view_limit -= view_limit // _RESERVED_SHARE
        if len(self._groups) >= view_limit:
            raise Exhausted("TOO_MANY_VIEWS", f"{view_limit} different views are served already")
        limit = self._limits.own_view_limit
        if only_uid is not None and sum(wish.only_uid == only_uid for wish in self._groups) >= limit:
            raise Exhausted("TOO_MANY_VIEWS", f"{limit} different views are served to this user already")
        periods = {other.every for other in self._groups if other.only_uid == only_uid} | {wish.every}
        limit = self._limits.own_period_limit
        if only_uid is not None and len(periods) > limit:
            raise Exhausted("TOO_MANY_VIEWS", f"{limit} different intervals are served to this user already")

    def keep(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Give what was made for others who asked the same since the newest tick, or make it."""
        payload = self._kept.get(key)
        if payload is None:
            payload = make()
            if len(self._kept) < _KEPT_LIMIT:
                self._kept[key] = payload
        return payload

    def _share(self, group: _Group, newest: Snapshot) -> None:
        since_sequence = newest.sequence - group.every
        if self.work.may_begin(group.wish.only_uid) and group.is_wanted(since_sequence):
            group.shared = _Encoded(
                sequence=newest.sequence,
                time=newest.time,
                since_sequence=since_sequence,
                payload=self._encode(group.wish, since_sequence),
            )

    def _encode(self, wish: _Wish, since_sequence: int | None) -> bytes:
        self.encoded_count += 1
        view, every, only_uid = wish
        with self.work.counted(only_uid):
            snapshot = self._source.compose(view, every=every, since_sequence=since_sequence, only_uid=only_uid)
            return encode_stream_response(self._encoder.encode(snapshot))


def encode_gap(gap: Gap) -> bytes:
    """Give the gap as a message of the stream of snapshots."""
    return pb.StreamSnapshotsResponse(gap=gap_to_wire(gap)).SerializeToString()


def _missed(last: _Taken, newest: Snapshot, every: int, cause: GapCause) -> Gap | None:
    """Give what lies between the subscriber's last snapshot and the newest; None where nothing does."""
    first_missed = (last.sequence // every + 1) * every
    if first_missed >= newest.sequence:
        return None
    return Gap(
        cause=cause,
        skipped_count=(newest.sequence - first_missed) // every,
        since_time=last.time,
        until_time=newest.time,
        first_sequence=first_missed,
        last_sequence=newest.sequence - every,
    )


def _release(waiter: "asyncio.Future[None] | None") -> None:
    if waiter is not None and not waiter.done():
        waiter.set_result(None)
