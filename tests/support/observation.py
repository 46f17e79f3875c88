"""One observed stage: the collector, a user's stream of it, an independent capture and the interface's own counters."""

import json
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial

from netmon.model import Snapshot
from tests.support.capture_truth import IndependentCapture, Truth, independent_capture
from tests.support.collector_process import CollectorProcess, collector
from tests.support.namespaces import Namespace
from tests.support.stage import Stage
from tests.support.stream_reader import RowKey, Seen, StreamReader, stream_as_nobody
from tests.support.traffic import MovedFlow, Programs
from tests.support.waiting import wait_for, wait_until_steady

_QUIET_SECONDS = 0.5
_SETTLE_SECONDS = 60.0
_UNWRITTEN_SECONDS = 1.2
"""tcpdump hands a block of frames over after a second at the latest."""
_CATCH_UP_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What an interface says of itself: frames and bytes with link header (``lo``: without)."""

    sent_bytes: int
    received_bytes: int
    sent_frames: int
    received_frames: int
    dropped_frames: int

    def __sub__(self, before: "Counters") -> "Counters":
        return Counters(
            sent_bytes=self.sent_bytes - before.sent_bytes,
            received_bytes=self.received_bytes - before.received_bytes,
            sent_frames=self.sent_frames - before.sent_frames,
            received_frames=self.received_frames - before.received_frames,
            dropped_frames=self.dropped_frames - before.dropped_frames,
        )


def read_counters(namespace: Namespace, interface: str) -> Counters:
    """Give the numbers of ``/sys/class/net/X/statistics``, by rtnetlink."""
    [link] = json.loads(namespace.ip("-j", "-s", "link", "show", "dev", interface))
    sent, received = link["stats64"]["tx"], link["stats64"]["rx"]
    return Counters(
        sent_bytes=sent["bytes"],
        received_bytes=received["bytes"],
        sent_frames=sent["packets"],
        received_frames=received["packets"],
        dropped_frames=sent["dropped"] + received["dropped"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What each side says after all traffic has ended, by interface where it is by interface."""

    truths: dict[str, Truth]
    counters: dict[str, Counters]
    seen: dict[RowKey, Seen]
    moved: list[MovedFlow]
    snapshot: Snapshot


class Observation:
    """Watching on several interfaces of the near side."""

    def __init__(self, stage: Stage, process: CollectorProcess, stream: StreamReader) -> None:
        self.stage = stage
        self.collector = process
        self.stream = stream
        self.captures: dict[str, IndependentCapture] = {}
        self.before: dict[str, Counters] = {}
        self.frames_before: dict[str, int] = {}

    def conclude(self, programs: Programs) -> Outcome:
        """End the programs, wait until the wire is quiet and everything is read, and give what all sides say."""
        moved = programs.finish()
        now = wait_until_steady(
            self._counters, for_seconds=_QUIET_SECONDS, seconds=_SETTLE_SECONDS, what="traffic has ended"
        )
        counted = {name: now[name] - before for name, before in self.before.items()}
        for name, capture in self.captures.items():
            # On lo libpcap shows a packet once, though the interface counts it as sent and as received.
            frames = counted[name].sent_frames + (0 if name == "lo" else counted[name].received_frames)
            frames += self.frames_before[name]
            wait_for(
                partial(_holds, capture, frames), seconds=_SETTLE_SECONDS, what=f"{frames} frames of {name} on disk"
            )
            # Frames that no counter has may be among them: of multicast groups, or still unwritten at the beginning.
            wait_until_steady(
                capture.frames_on_disk,
                for_seconds=_UNWRITTEN_SECONDS,
                seconds=_SETTLE_SECONDS,
                what=f"the capture of {name} is on disk",
            )
        truths = {name: capture.stop() for name, capture in self.captures.items()}
        sequence = self.stream.newest_sequence + 1
        wait_for(
            lambda: self.stream.newest_sequence > sequence,
            seconds=_CATCH_UP_SECONDS,
            what="two more snapshots in the stream",
        )
        with self.collector.client() as client:
            snapshot = client.snapshot()
        return Outcome(truths=truths, counters=counted, seen=self.stream.seen(), moved=moved, snapshot=snapshot)

    def _counters(self) -> dict[str, Counters]:
        return {name: read_counters(self.stage.near.namespace, name) for name in self.before}


def _holds(capture: IndependentCapture, frames: int) -> bool:
    return capture.frames_on_disk() >= frames


@contextmanager
def observation(stage: Stage, interfaces: Sequence[str], *flags: str) -> Generator[Observation]:
    """Begin to watch; nothing may be on the wire until this is entered."""
    with ExitStack() as stack:
        captures = {
            name: stack.enter_context(independent_capture(stage.near.namespace, name, stage.directory / f"{name}.pcap"))
            for name in interfaces
        }
        # An interface that just came up may still tell of its multicast groups.
        before, frames_before = wait_until_steady(
            lambda: (
                {name: read_counters(stage.near.namespace, name) for name in interfaces},
                {name: capture.frames_on_disk() for name, capture in captures.items()},
            ),
            for_seconds=0.3,
            seconds=_SETTLE_SECONDS,
            what="the wire is quiet",
        )
        process = stack.enter_context(collector(stage, *flags))
        stream = stack.enter_context(stream_as_nobody(stage.socket))
        watched = Observation(stage, process, stream)
        watched.captures, watched.before, watched.frames_before = captures, before, frames_before
        wait_for(lambda: stream.notes, seconds=30, what="the client's stream has begun")
        yield watched
