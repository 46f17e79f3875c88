"""What is sampled of each program in a soak, how it is kept, and what it must look like at the end."""

import csv
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from tests.support.collector_process import cpu_seconds

MEGABYTE = 1_000_000
MOST_SLOPE_MEGABYTES = 1.0
"""An hour, after the first quarter: what the budget of memory allows to a program that runs for months."""

POOL_THREADS = 6
"""asyncio's pool has at most cores + 4 threads, and starts them one by one (``ThreadPoolExecutor``)."""

LEAST_OF = 6
"""Samples that give one point of the slope, the least of them: the ring of an interface that is there for two seconds
is 10 MB of the collector, and no growth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the processes of one program hold."""

    descriptors: int
    threads: int

    def is_within(self, before: "Held") -> bool:
        """Whether it is no more than ``before``, but for threads that a pool starts when it first needs them."""
        return self.descriptors <= before.descriptors and self.threads <= before.threads + POOL_THREADS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """All processes of one program at one moment, or one of them; ``seconds`` since the churn began."""

    seconds: float
    program: str
    pid: int | None = None
    """None: all of the program."""
    rss_bytes: int
    pss_bytes: int
    anonymous_bytes: int
    """Of these, what is no file and no ring of a capture: what a program itself has made."""
    descriptors: int
    threads: int
    cpu_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """A line's rise and its standard error, both in megabytes an hour."""

    rise: float
    error: float

    def __str__(self) -> str:
        """Give both as text."""
        return f"{self.rise:.2f}±{self.error:.2f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one program came through. No slope where there are too few samples."""

    program: str
    slope: Slope | None
    """Of its resident memory, with the rings of interfaces that come and go and with files that are read."""
    anonymous_slope: Slope | None
    """Of what it has made itself."""
    first_rss_bytes: int
    last_rss_bytes: int
    most_descriptors: int
    most_threads: int

    @property
    def is_flat(self) -> bool:
        """Whether its own memory grows no more than it may, nor, by more than chance, all that is resident."""
        own, resident = self.anonymous_slope, self.slope
        if own is not None and own.rise > MOST_SLOPE_MEGABYTES:
            return False
        return resident is None or resident.rise - 2 * resident.error <= MOST_SLOPE_MEGABYTES


def sample(program: str, pids: Iterable[int], seconds: float, *, pid: int | None = None) -> Sample:
    """Read a program's processes from ``/proc``; ``OSError`` where one has gone."""
    pids = tuple(pids)
    now = held(pids)
    return Sample(
        seconds=round(seconds, 1),
        program=program,
        pid=pid,
        rss_bytes=sum(_status(pid, "VmRSS:") for pid in pids) * 1024,
        pss_bytes=sum(_rollup(pid, "Pss:") for pid in pids) * 1024,
        anonymous_bytes=sum(_rollup(pid, "Anonymous:") for pid in pids) * 1024,
        descriptors=now.descriptors,
        threads=now.threads,
        cpu_seconds=round(cpu_seconds(pids), 2),
    )


def sample_each(program: str, pids: Collection[int], seconds: float) -> list[Sample]:
    """Give the sample of each process by itself, where a program has several: which of them grows is seen only so."""
    return [sample(program, (pid,), seconds, pid=pid) for pid in pids] if len(pids) > 1 else []


def held(pids: Iterable[int]) -> Held:
    """Count descriptors and threads now."""
    pids = tuple(pids)
    return Held(
        descriptors=sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in pids),
        threads=sum(_status(pid, "Threads:") for pid in pids),
    )


def _status(pid: int, name: str) -> int:
    return _number(Path(f"/proc/{pid}/status"), name)


def _rollup(pid: int, name: str) -> int:
    return _number(Path(f"/proc/{pid}/smaps_rollup"), name)


def _number(file: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in file.read_text().splitlines() if line.startswith(name))


class SampleFile:
    """A CSV file that is whole after each row, so that a run that is cut short has its samples."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with path.open("w", newline="") as file:
            csv.writer(file).writerow([field.name for field in fields(Sample)])

    def add(self, row: Sample) -> None:
        """Append one sample."""
        with self._path.open("a", newline="") as file:
            csv.writer(file).writerow(asdict(row).values())


def least(points: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Give the point with the least bytes of each `LEAST_OF` that follow each other; a rest is left out."""
    whole = range(0, len(points) - LEAST_OF + 1, LEAST_OF)
    return [min(points[at : at + LEAST_OF], key=lambda point: point[1]) for at in whole]


def slope_megabytes_an_hour(points: Sequence[tuple[float, int]]) -> Slope | None:
    """Fit a line through (seconds, bytes) by least squares; None where there are less than eight points."""
    if len(points) < 8:
        return None
    mean_time = sum(time for time, _ in points) / len(points)
    mean_size = sum(size for _, size in points) / len(points)
    spread = sum((time - mean_time) ** 2 for time, _ in points)
    if not spread:
        return None
    rise = sum((time - mean_time) * (size - mean_size) for time, size in points)
    slope = rise / spread
    missed = sum((size - mean_size - slope * (time - mean_time)) ** 2 for time, size in points)
    error = (missed / (len(points) - 2) / spread) ** 0.5
    return Slope(rise=slope * 3_600 / MEGABYTE, error=error * 3_600 / MEGABYTE)


def verdict(program: str, samples: Sequence[Sample]) -> Verdict:
    """Judge one program by the samples of all its processes, in order.

    The first quarter of the time fills tables and is left out.
    """
    own = [each for each in samples if each.program == program and each.pid is None]
    later = [each for each in own if each.seconds >= own[-1].seconds / 4]
    return Verdict(
        program=program,
        slope=slope_megabytes_an_hour(least([(each.seconds, each.rss_bytes) for each in later])),
        anonymous_slope=slope_megabytes_an_hour(least([(each.seconds, each.anonymous_bytes) for each in later])),
        first_rss_bytes=later[0].rss_bytes,
        last_rss_bytes=later[-1].rss_bytes,
        most_descriptors=max(each.descriptors for each in own),
        most_threads=max(each.threads for each in own),
    )
