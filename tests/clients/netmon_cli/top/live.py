"""The live view over a fake collector, on a screen that a test can read."""

from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from textual.pilot import Pilot

from netmon.model import Connection, Snapshot, Status
from netmon_cli.top.app import TopApp
from netmon_cli.top.choices import Choices
from netmon_client import Timing, connect
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.clients.netmon_cli.rows import STATUS
from tests.support.eventually import eventually

SECONDS = 30.0
QUICK = Timing(
    stale_after_seconds=0.5, reconnect_after_seconds=5.0, first_retry_seconds=0.05, longest_retry_seconds=0.1
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A running view."""

    app: TopApp
    pilot: Pilot[None]
    fake: FakeCollector

    @property
    def lines(self) -> list[str]:
        """What is on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def cursor_line(self) -> str:
        """The line of the table with the cursor; empty without one."""
        return next((line for line in self.lines if line.startswith("> ")), "")

    async def sees(self, *words: str) -> None:
        """Wait until all of these are on the screen."""
        await eventually(
            lambda: all(word in self.text for word in words), seconds=SECONDS, what=f"{words}\n{self.text}"
        )

    async def misses(self, *words: str) -> None:
        """Wait until none of these is on the screen any more."""
        await eventually(lambda: not any(word in self.text for word in words), seconds=SECONDS, what=f"no {words}")

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def tick(self, snapshot: Snapshot) -> None:
        """Have the collector send a snapshot, and wait until it is drawn."""
        self.fake.publish(snapshot)
        await eventually(lambda: self._sequence() == snapshot.sequence, seconds=SECONDS, what="the tick")
        await self.pilot.pause()

    def _sequence(self) -> int:
        newest = self.app.presenter.newest
        return newest.snapshot.sequence if newest else 0


@asynccontextmanager
async def live(
    rows: Iterable[Connection] | Sequence[Snapshot],
    choices: Choices | None = None,
    *,
    size: tuple[int, int] = (80, 24),
    colour: bool = True,
    status: Status = STATUS,
) -> AsyncGenerator[Live]:
    """Run the view over rows, or over snapshots, until the first are drawn."""
    given = list(rows)
    snapshots = [item for item in given if isinstance(item, Snapshot)]
    if not snapshots:
        snapshots = [a_snapshot([item for item in given if isinstance(item, Connection)])]
    with FakeCollector(snapshots=snapshots, status=status, heartbeat_seconds=0.1) as fake:
        app = TopApp(
            lambda: connect(fake.socket, timing=QUICK), choices or Choices(), fake.socket, status=status, colour=colour
        )
        async with app.run_test(size=size) as pilot:
            view = Live(app=app, pilot=pilot, fake=fake)
            await eventually(lambda: app.presenter.moment is not None, seconds=SECONDS, what="the first snapshot")
            # Only a screen that was drawn once takes part in a change of its size (Screen._screen_resized).
            await eventually(
                lambda: bool(app.screen.stack_updates) and "q Quit" in view.text, seconds=SECONDS, what="it"
            )
            await pilot.pause()
            yield view


def moving(count: int, turn: int) -> list[Connection]:
    """Give connections of applications app0, app1 …, whose speeds are shuffled from turn to turn."""
    rows: list[Connection] = []
    for place in range(count):
        speed = ((place * 37 + turn * 61) % count + 1) * 1000
        row = a_connection(
            f"c{place}",
            process=a_process(1000 + place, f"app{place}"),
            remote=f"93.184.{place // 200}.{place % 200}",
            received=speed * 2,
            sent=0,
        )
        rows.append(row)
    return rows


def later(snapshot: Snapshot, seconds: float) -> Snapshot:
    """Give a snapshot as one of some seconds later."""
    return replace(snapshot, time=snapshot.time + seconds, sequence=snapshot.sequence + 100)
