"""The last 15 minutes of throughput, tick by tick, with each application's part. Fed; reads no clock."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from netmon.model import BandwidthSample

KEPT_SECONDS: Final = 900.0
TOP_COUNT: Final = 3

_SLACK: Final = 0.25
"""Part of an interval by which two samples may overlap and still be two: timers come late, clocks are slewed."""

_STEP_BACK_SECONDS: Final = 5.0
"""A sample that is older than the newest by more was taken after the clock was set back; by less it is held already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One tick. ``time`` (Unix seconds) is its end; bytes; loopback is in none of them but ``loopback_bytes``.

    ``apps`` holds (sent, received) by application number, ``unattributed`` is what had no owner.
    """

    time: float
    interval_seconds: float
    sent_bytes: int
    received_bytes: int
    loopback_bytes: int = 0
    dropped_packets: int = 0
    apps: Mapping[int, tuple[int, int]] = field(default_factory=dict[int, tuple[int, int]])
    unattributed: tuple[int, int] = (0, 0)

    def top(self) -> list[list[int]]:
        """Give the busiest applications: number, sent, received."""
        busiest = sorted(self.apps.items(), key=lambda item: (-(item[1][0] + item[1][1]), item[0]))
        return [[number, sent, received] for number, (sent, received) in busiest[:TOP_COUNT]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Who moved how much within a span of time. ``rest``: bytes of older samples that name only the busiest."""

    from_time: float
    to_time: float
    apps: Mapping[int, tuple[int, int]]
    unattributed: tuple[int, int]
    rest: tuple[int, int]


class Ring:
    """Samples in the order of their time. What is missing between two of them is missing: nothing is filled in."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque()

    def add(self, sample: Sample) -> bool:
        """Add the newest sample; tell whether it was new: one that is held already is not added again.

        A clock that was set back takes the samples of its future with it.
        """
        newest = self._samples[-1] if self._samples else None
        if newest is not None and newest.time - sample.time > _STEP_BACK_SECONDS + sample.interval_seconds:
            while self._samples and self._samples[-1].time > sample.time - sample.interval_seconds:
                self._samples.pop()
            newest = self._samples[-1] if self._samples else None
        if newest is not None and sample.time - sample.interval_seconds * (1 - _SLACK) < newest.time:
            return False
        self._samples.append(sample)
        self._expire(sample.time)
        return True

    def seed(self, samples: Iterable[BandwidthSample], number: Callable[[str, str], int]) -> None:
        """Add what the collector remembers and this ring does not hold. ``number``: of an application's id and name."""
        newest = self._samples[-1].time if self._samples else float("-inf")
        for each in samples:
            if each.time - each.interval_seconds * (1 - _SLACK) < newest:
                continue
            named = [app for app in each.applications if app.application_id]
            unowned = [app for app in each.applications if not app.application_id]
            apps = {
                number(app.application_id, app.application_name): (app.sent_bytes, app.received_bytes) for app in named
            }
            self._samples.append(
                Sample(
                    time=each.time,
                    interval_seconds=each.interval_seconds,
                    sent_bytes=each.sent_bytes,
                    received_bytes=each.received_bytes,
                    loopback_bytes=each.loopback_bytes,
                    dropped_packets=each.dropped_packets,
                    apps=apps,
                    unattributed=(
                        sum(app.sent_bytes for app in unowned),
                        sum(app.received_bytes for app in unowned),
                    ),
                )
            )
            newest = each.time
        if self._samples:
            self._expire(self._samples[-1].time)

    def series(self) -> list[list[object]]:
        """Give time, interval, sent, received, loopback, dropped and the busiest applications of each sample."""
        return [
            [
                round(each.time, 3),
                round(each.interval_seconds, 6),
                each.sent_bytes,
                each.received_bytes,
                each.loopback_bytes,
                each.dropped_packets,
                each.top(),
            ]
            for each in self._samples
        ]

    def span(self, from_time: float, to_time: float) -> Span:
        """Give what moved in the samples that ended after ``from_time`` and not after ``to_time``."""
        apps: dict[int, tuple[int, int]] = {}
        sent = received = unowned_sent = unowned_received = 0
        within = [each for each in self._samples if from_time < each.time <= to_time]
        for each in within:
            sent += each.sent_bytes
            received += each.received_bytes
            unowned_sent += each.unattributed[0]
            unowned_received += each.unattributed[1]
            for number, (app_sent, app_received) in each.apps.items():
                before = apps.get(number, (0, 0))
                apps[number] = before[0] + app_sent, before[1] + app_received
        rest_sent = sent - unowned_sent - sum(part[0] for part in apps.values())
        rest_received = received - unowned_received - sum(part[1] for part in apps.values())
        return Span(
            from_time=within[0].time - within[0].interval_seconds if within else from_time,
            to_time=within[-1].time if within else to_time,
            apps=apps,
            unattributed=(unowned_sent, unowned_received),
            rest=(max(0, rest_sent), max(0, rest_received)),
        )

    def app_numbers(self) -> set[int]:
        """Give the numbers of all applications that samples name."""
        return {number for each in self._samples for number in each.apps}

    @property
    def first_time(self) -> float | None:
        """When the oldest sample ended (Unix seconds)."""
        return self._samples[0].time if self._samples else None

    def _expire(self, now: float) -> None:
        # By the times that tabs have, who forget by themselves.
        oldest = round(now, 3) - KEPT_SECONDS
        while self._samples and round(self._samples[0].time, 3) <= oldest:
            self._samples.popleft()
