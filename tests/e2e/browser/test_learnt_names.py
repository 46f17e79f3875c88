"""The page "Domains" over a real collector that learns names from real DNS answers, TLS and QUIC hellos."""

from collections.abc import Generator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, expect

from netmon.model import DomainSource
from netmon_client import connect
from netmon_client.domains import domain_groups
from netmon_client.units import format_bytes
from tests.support.browser import PAGE_SECONDS, open_tab
from tests.support.collector_process import CollectorProcess, collector
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.named_world import ALIASED, SHARED, named_world, running
from tests.support.shown_page import at_each_refresh, refresh_every, shows_data
from tests.support.snapshot_reader import reading
from tests.support.waiting import wait_for

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

CALLS = (
    f"sni,shop.one.example,{SHARED}",
    f"quic,quic.example,{SHARED}",
    f"asks,edge.example,{ALIASED}",
    f"quiet,edge.example,{ALIASED}",
)
NAMES = {"one.example", "quic.example", "~edge.example"}
"""As the page shows them: folded to what is registered, marked where they are inferred."""
DRAWN = """(root, store) => ({ time: store.dataTime,
  lines: [...root.querySelectorAll(".nm-tree-domain:not([hidden])")].map((row) =>
    [row.querySelector(".nm-tree-title"), ...row.children].map((one) => one.textContent)) })"""
TICKS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    process: CollectorProcess
    program: DashboardProcess


@pytest.fixture(scope="module")
def learnt() -> Generator[Learnt]:
    with (
        named_world() as built,
        collector(built) as process,
        dashboard(built.socket, built.directory / "dashboard.log", "--port", "0") as program,
        running(built.near.namespace, "name_clients", built.far.ipv4, *CALLS),
    ):
        yield Learnt(process=process, program=program)


def names_of(process: CollectorProcess) -> set[str]:
    with process.client() as client:
        return {domain.registrable_domain or domain.name for domain in client.snapshot().domains}


def test_names_that_the_collector_learnt_are_the_pages_with_their_bytes(browser: Browser, learnt: Learnt) -> None:
    plain = {name.removeprefix("~") for name in NAMES}
    wait_for(lambda: plain <= names_of(learnt.process), seconds=PAGE_SECONDS, what="the collector has learnt the names")
    with (
        connect(learnt.process.socket) as client,
        reading(client) as second,
        open_tab(browser, learnt.program.page("domains"), reduced_motion=True) as tab,
    ):
        shows_data(tab)
        expect(tab.page.locator(".nm-tree-domain:visible").filter(has_text="one.example").first).to_be_visible()
        refresh_every(tab, 0.1)
        compared = 0
        for shown in at_each_refresh(tab, TICKS, DRAWN):
            snapshot = second.of(shown["time"])
            if snapshot is None:
                continue
            groups = {
                ("" if group.source in (DomainSource.SNI, DomainSource.QUIC) else "~") + group.name: group
                for group in domain_groups(snapshot.domains)
            }
            assert groups.keys() >= NAMES
            assert {line[0] for line in shown["lines"]} == groups.keys()
            for name, *cells in shown["lines"]:
                traffic = groups[name].traffic
                assert cells[6:8] == [format_bytes(traffic.received_bytes), format_bytes(traffic.sent_bytes)]
            compared += 1
        assert compared >= TICKS // 2
        assert tab.strays(learnt.program.origin) == []
