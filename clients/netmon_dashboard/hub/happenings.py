"""What the chart marks and only a comparison of snapshots shows: interfaces, cleared statistics, drops, gaps."""

from netmon.model import Gap, GapCause, Snapshot
from netmon_client.words import counted, gap_words
from netmon_dashboard.hub.marks import Mark

_NOT_MARKED = frozenset({GapCause.STOPPED, GapCause.UNSPECIFIED})  # stop and start have marks of their own


class Happenings:
    """Compares each snapshot with the one before."""

    def __init__(self) -> None:
        self._before: Snapshot | None = None
        self._gaps: list[Gap] = []
        self._was_dropping = False

    def missed(self, gap: Gap) -> None:
        """The stream says that something is missing."""
        if gap.cause not in _NOT_MARKED:
            self._gaps.append(gap)

    def seen(self, snapshot: Snapshot) -> list[Mark]:
        """Give the marks of a snapshot."""
        now = snapshot.time
        marks = [Mark(time=now, kind="gap", text=f"A gap: {gap_words(gap.cause)}") for gap in self._gaps]
        self._gaps = []
        before, self._before = self._before, snapshot
        dropped = snapshot.drops.interval_dropped_packets
        if dropped and not self._was_dropping:
            text = f"{counted(dropped, 'packet')} could not be counted: sums are lower bounds"
            marks.append(Mark(time=now, kind="drops", text=text))
        self._was_dropping = bool(dropped)
        if before is None or before.instance_id != snapshot.instance_id:
            return marks
        if before.statistics_epoch != snapshot.statistics_epoch:
            marks.append(Mark(time=snapshot.statistics_epoch, kind="cleared", text="Statistics were cleared"))
        names_before = {each.name for each in before.interfaces}
        names = {each.name for each in snapshot.interfaces}
        marks += [
            Mark(time=now, kind="interface", text=f"Interface {name} came") for name in sorted(names - names_before)
        ]
        marks += [
            Mark(time=now, kind="interface", text=f"Interface {name} went") for name in sorted(names_before - names)
        ]
        return marks
