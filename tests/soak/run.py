"""One soak: rest, churn while sampling, rest again; what was found at each."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.soak.churn import churn, warm_up
from tests.soak.ground import Ground, ground
from tests.soak.samples import Held, Sample, SampleFile, Verdict, held, sample, sample_each, verdict
from tests.support.balance import assert_balanced, assert_interfaces_balanced

SAMPLE_SECONDS = 10.0
REST_SECONDS = 60.0
LOOKS = 20
LOOK_EVERY_SECONDS = 0.2
_WRONG = re.compile(r"^.*(?: ERROR | CRITICAL |Traceback|Exception).*$", re.MULTILINE)

Figures = dict[str, Held]
"""By program."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a soak showed: what is held at rest, before and after the churn; ``wrong``: log lines and failed turns."""

    verdicts: tuple[Verdict, ...]
    before: Figures
    after: Figures
    balanced_snapshots: int
    turns: dict[str, int]
    wrong: tuple[str, ...]
    cpu_percent: dict[str, float]


def soak(seconds: float, samples_path: Path, *, connections_per_second: float, say: Callable[[str], None]) -> Outcome:
    """Run everything for ``seconds``; each sample goes to the CSV file at once, the logs beside it in the end.

    `AssertionError`: a snapshot was out of balance, or what comes and goes did not work.
    """
    file = SampleFile(samples_path)
    with ground() as built:
        warm_up(built)
        resting = _at_rest(built)
        begun = time.monotonic()
        with churn(built, connections_per_second=connections_per_second) as turns:
            samples, balanced = _watch(built, begun, seconds, file, say)
        counts = {each.name: each.count for each in turns}
        after = _at_rest(built, resting)
        logs = built.logs()
    for name, text in logs.items():
        samples_path.with_name(f"{name}.log").write_text(text)
    wrong = [f"log of the {name}: {line}" for name, text in logs.items() for line in _WRONG.findall(text)]
    wrong += [failure for each in turns for failure in each.failures]
    return Outcome(
        verdicts=tuple(verdict(name, samples) for name in logs),
        before=resting,
        after=after,
        balanced_snapshots=balanced,
        turns=counts,
        wrong=tuple(wrong),
        cpu_percent={name: _cpu_percent(name, samples) for name in logs},
    )


def _watch(
    built: Ground, begun: float, seconds: float, file: SampleFile, say: Callable[[str], None]
) -> tuple[list[Sample], int]:
    """Sample until the time is over, and hold a snapshot against its laws each time."""
    samples: list[Sample] = []
    balanced = 0
    while (passed := time.monotonic() - begun) < seconds:
        for name, pids in built.pids().items():
            samples.append(sample(name, pids, passed))
            for row in (samples[-1], *sample_each(name, pids, passed)):
                file.add(row)
        with built.patient() as client:
            assert_balanced(client.snapshot())
            balanced += 1
        say(" ".join(f"{s.program} {s.rss_bytes / 1e6:.1f} MB {s.descriptors} fd" for s in samples[-3:]))
        time.sleep(min(SAMPLE_SECONDS, max(0.0, begun + seconds - time.monotonic())))
    with built.patient() as client:
        assert_interfaces_balanced(client.snapshot(), client.ledger())
    return samples, balanced


def _at_rest(built: Ground, wanted: Figures | None = None) -> Figures:
    """Give each program's figures once they are no more than ``wanted``, or after a while as they are then."""
    deadline = time.monotonic() + REST_SECONDS
    while True:
        found = _least(built)
        if wanted is None or all(found[name].is_within(most) for name, most in wanted.items()):
            return found
        if time.monotonic() > deadline:
            return found


def _least(built: Ground) -> Figures:
    """Give the least of some seconds: a listing of processes opens many files for an instant."""
    pids = built.pids()
    looks: list[Figures] = []
    for _ in range(LOOKS):
        time.sleep(LOOK_EVERY_SECONDS)
        looks.append({name: held(own) for name, own in pids.items()})
    return {
        name: Held(
            descriptors=min(look[name].descriptors for look in looks),
            threads=min(look[name].threads for look in looks),
        )
        for name in pids
    }


def _cpu_percent(name: str, samples: list[Sample]) -> float:
    own = [each for each in samples if each.program == name]
    spent = own[-1].cpu_seconds - own[0].cpu_seconds
    return round(spent / max(1.0, own[-1].seconds - own[0].seconds) * 100, 1)
