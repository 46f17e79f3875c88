"""How owners are found in this run: the ways with their figures, and what is missing for a better one."""

from collections.abc import Callable
from dataclasses import replace

from netmon.model import Degradation, OwnerWay
from netmon_collector.first_look import TOLD_NO_MORE, FirstLook
from netmon_collector.host.listers import FinderChoice
from netmon_collector.host.ports import Listing, SocketLister

__all__ = ["OwnerSearch"]


class OwnerSearch:
    """What the listings and the lookups of this run came to."""

    def __init__(
        self, choice: FinderChoice, lister: SocketLister, first_look: FirstLook | None, interval: Callable[[], float]
    ) -> None:
        """``first_look`` None: nobody looks connections up as they begin. ``interval``: seconds between listings."""
        self._choice = choice
        self._lister = lister
        self._first_look = first_look
        self._interval = interval
        self._scan_count = 0
        self._scan_seconds = 0.0
        self._all_scan_seconds = 0.0
        self._lookup_count = 0
        self._lookup_seconds = 0.0
        self._all_lookup_seconds = 0.0
        self._sees_all_users = True
        self._error = ""
        self.socket_count = 0
        self.process_count = 0

    def listed(self, listing: Listing, cpu_seconds: float) -> None:
        """Take note of a listing."""
        self._error = ""
        self._scan_count += 1
        self._scan_seconds = cpu_seconds
        self._all_scan_seconds += cpu_seconds
        self.socket_count = len(listing.scan.rows)
        self.process_count = len(listing.processes)
        self._sees_all_users = listing.scan.sees_all_users

    def looked_up(self, seconds: float) -> None:
        """Take note of a lookup: how long was waited for its answers, for all questions that were asked together."""
        self._lookup_count += 1
        self._lookup_seconds = seconds
        self._all_lookup_seconds += seconds

    def failed(self, error: str) -> bool:
        """Take note that there was none; give whether that is news."""
        before, self._error = self._error, error
        return error != before

    def ways(self) -> tuple[OwnerWay, ...]:
        """Give the ways of this machine, the best one first."""
        finder = self._choice.finder
        limits = "connections that live shorter than the time between two listings may stay without an owner"
        if finder is not None:
            limits = "for sockets that were there before the collector"
        by_kernel = finder is not None and self._first_look is None
        ways = [OwnerWay(name="ebpf", in_use=by_kernel, reason=self._choice.reason)]
        if self._choice.untraced_reason:
            ways.append(OwnerWay(name="tracepoints", in_use=False, reason=self._choice.untraced_reason))
        if finder is not None and self._first_look is not None:
            ways.append(OwnerWay(name=finder.name, in_use=True, reason=self._first_look.limits))
        if finder is not None:
            ways[-1] = replace(
                ways[-1],
                scan_count=self._lookup_count,
                last_scan_seconds=self._lookup_seconds,
                total_scan_seconds=self._all_lookup_seconds,
            )
        listing = OwnerWay(
            name=self._lister.name,
            in_use=True,
            reason=self._error or limits,
            scan_count=self._scan_count,
            last_scan_seconds=self._scan_seconds,
            total_scan_seconds=self._all_scan_seconds,
            scan_interval_seconds=self._interval(),
        )
        return (*ways, *self._lister.holder_ways, listing)

    def degraded(self) -> tuple[Degradation, ...]:
        """Give what is missing."""
        found: list[Degradation] = []
        why = f" eBPF, which names these too, is not in use: {self._choice.reason}."
        if self._choice.finder is None:
            text = "Owners are found by listing sockets: a connection that ends between two listings may have none."
            found.append(Degradation(code="owners.listing", text=text + why, remedy=self._choice.remedy))
        elif self._first_look is not None:
            what = "others" if self._choice.is_told_of_tcp else "connections"
            text = f"Owners are looked up as {what} begin: one that lives for a few milliseconds may have none."
            if what == "others":
                text = f"Of TCP connections the kernel tells whose they are. {text}"
            remedy = self._choice.remedy
            if self._first_look.is_told_no_more:
                text, remedy = f"{text} That goes for TCP too: {TOLD_NO_MORE}.", "Restart netmon-collector."
            found.append(Degradation(code="owners.lookup", text=text + why, remedy=remedy))
        if not self._sees_all_users:
            text = "Processes of other users cannot be read: their connections have no owner."
            found.append(Degradation(code="owners.privilege", text=text, remedy="Start it as root."))
        if self._error:
            found.append(Degradation(code="owners.failed", text=f"Sockets cannot be listed: {self._error}."))
        return tuple(found)
