"""What is said of how owners are found."""

import pytest

from netmon_collector.core.sockets import SocketScan
from netmon_collector.first_look import FirstLook
from netmon_collector.host.diag_finder import DiagFinder
from netmon_collector.host.listers import FinderChoice, open_owner_finder
from netmon_collector.host.ports import Listing
from netmon_collector.host.proc_processes import ProcProcessReader
from netmon_collector.host.processes import ProcessTable
from netmon_collector.host.psutil_processes import PsutilProcessReader
from netmon_collector.host.psutil_sockets import PsutilSocketLister
from netmon_collector.host.sock_diag import SockDiag
from netmon_collector.host.traced_finder import TracedFinder
from netmon_collector.host.young_processes import YoungProcesses
from netmon_collector.owner_search import OwnerSearch

LISTER = PsutilSocketLister(ProcessTable(PsutilProcessReader()))


def codes(search: OwnerSearch) -> list[str]:
    return [one.code for one in search.degraded()]


def test_listings_alone_say_what_they_miss_and_why() -> None:
    search = OwnerSearch(FinderChoice(None, "left out", "use it"), LISTER, None, lambda: 5.0)
    (degradation,) = search.degraded()
    assert (degradation.code, degradation.remedy) == ("owners.listing", "use it")
    assert "left out" in degradation.text
    better, listing = search.ways()
    assert (better.name, better.in_use, better.reason) == ("ebpf", False, "left out")
    assert (listing.name, listing.in_use, listing.scan_interval_seconds) == ("psutil", True, 5.0)


def test_a_listing_is_counted_and_one_that_failed_is_told() -> None:
    search = OwnerSearch(FinderChoice(None, "left out"), LISTER, None, lambda: 5.0)
    assert [search.failed(why) for why in ("refused", "refused", "no such file")] == [True, False, True]
    assert codes(search) == ["owners.listing", "owners.failed"]
    search.listed(Listing(scan=SocketScan(rows=(), start_time=1.0, sees_all_users=False), processes=()), 0.25)
    assert codes(search) == ["owners.listing", "owners.privilege"]
    listing = search.ways()[-1]
    assert (listing.scan_count, listing.last_scan_seconds, listing.total_scan_seconds) == (1, 0.25, 0.25)
    assert (search.socket_count, search.process_count) == (0, 0)


@pytest.mark.root
async def test_where_the_kernel_tells_of_tcp_only_the_rest_is_looked_up() -> None:
    choice = open_owner_finder("sockdiag")
    assert isinstance(choice.finder, TracedFinder)
    first_look = FirstLook(choice.finder)
    search = OwnerSearch(choice, LISTER, first_look, lambda: 5.0)
    assert [(way.name, way.in_use) for way in search.ways()] == [
        ("ebpf", False),
        ("tracepoints", True),
        ("psutil", True),
    ]
    [lookup] = search.degraded()
    assert lookup.code == "owners.lookup"
    assert lookup.text.startswith("Of TCP connections the kernel tells whose they are. Owners are looked up as others")
    assert search.ways()[1].reason.startswith("but for TCP, connections that live for a few milliseconds")
    choice.finder._story.is_broken = True
    [lookup] = search.degraded()
    assert lookup.text.startswith("Owners are looked up as connections begin")
    assert "That goes for TCP too: the kernel tells of TCP no more since a processor was turned off." in lookup.text
    assert lookup.remedy == "Restart netmon-collector."
    first_look.close()
    choice.finder.close()


@pytest.mark.root
async def test_lookups_are_a_way_of_their_own_between_the_two() -> None:
    finder = DiagFinder(SockDiag(), YoungProcesses(None), ProcessTable(ProcProcessReader()))
    first_look = FirstLook(finder)
    choice = FinderChoice(finder, "left out", untraced_reason="the right to is missing")
    search = OwnerSearch(choice, LISTER, first_look, lambda: 5.0)
    assert [(way.name, way.in_use, way.reason) for way in search.ways()[:2]] == [
        ("ebpf", False, "left out"),
        ("tracepoints", False, "the right to is missing"),
    ]
    assert [(way.name, way.in_use) for way in search.ways()[2:]] == [("sockdiag", True), ("psutil", True)]
    for seconds in (0.5, 0.25):
        search.looked_up(seconds)
    lookups = search.ways()[2]
    assert (lookups.scan_count, lookups.last_scan_seconds, lookups.total_scan_seconds) == (2, 0.25, 0.75)
    assert codes(search) == ["owners.lookup"]
    first_look.close()
    finder.close()
