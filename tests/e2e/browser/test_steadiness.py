"""While everything moves, nothing that somebody looks at or works with is taken away."""

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.support.browser import PAGE_SECONDS, Tab
from tests.support.shown_page import at_each_refresh, look, switch_to
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TICKS = 20
PROGRAMS = 4
CONNECTIONS = 20
ORDER = """(root) => [...root.querySelectorAll(".nm-row:not([hidden])")]
  .sort((one, other) => one.ariaRowIndex - other.ariaRowIndex).map((row) => row.dataset.n)"""
SELECTED = """(root) => {
  const row = root.querySelector('.nm-row[aria-selected="true"]');
  const local = row?.querySelector(".nm-cell-end");
  return { n: row?.dataset.n ?? null, local: local?.textContent ?? "", place: row?.ariaRowIndex ?? null,
    details: root.querySelector(".nm-details").ariaLabel, isOpen: !root.querySelector(".nm-details").hidden };
}"""
PLACE = """(root) => {
  const focused = root.getRootNode().activeElement;
  return [root.querySelector(".nm-grid").scrollTop, focused?.dataset.n ?? null,
    focused?.querySelector(".nm-cell-end")?.textContent ?? null];
}"""


@pytest.fixture(scope="module", autouse=True)
def talk(machine: WatchedMachine) -> None:
    """Programs that use one connection after the other: the order by speed is another one each tick."""
    near, far = machine.stage.near.namespace, machine.stage.far
    for program in range(PROGRAMS):
        flags = ("--connections", CONNECTIONS, "--per-second", 17 + 4 * program, "--size", 400 + 150 * program)
        machine.programs.start(near, "tcp-chat", far.ipv4, machine.far_server.port, *flags).wait()


@pytest.fixture
def page(tab: Tab) -> Tab:
    """The page of connections, freshly made, with the pointer away from the table."""
    switch_to(tab, "Overview")
    tab.page.mouse.move(5, 5)
    switch_to(tab, "Connections")
    tab.page.mouse.move(5, 5)
    full = PROGRAMS * CONNECTIONS
    wait_for(lambda: look(tab, "(root, store) => store.rows.size") >= full, seconds=PAGE_SECONDS, what="all rows")
    tab.page.locator(".nm-row:visible").first.wait_for()
    return tab


def distinct(samples: list[Any]) -> int:
    return len({str(one) for one in samples})


def test_the_selection_stays_on_its_connection_while_the_order_changes(page: Tab) -> None:
    row = page.page.locator(".nm-row:visible").nth(3)
    row.click()
    expect(page.page.get_by_role("region", name="Details:")).to_be_visible()
    # Escape would close the details: the focus goes, and with the pointer away the order is free.
    page.page.mouse.move(5, 5)
    page.page.evaluate("document.activeElement.blur()")
    chosen = look(page, SELECTED)
    samples = at_each_refresh(page, TICKS, f"(root) => [({SELECTED})(root), ({ORDER})(root)]")
    assert distinct([order for _, order in samples]) > TICKS // 2, "the order changes"
    there = [shown for shown, _ in samples if shown["n"] is not None]
    assert {(shown["n"], shown["local"]) for shown in there} == {(chosen["n"], chosen["local"])}
    assert all(shown["isOpen"] and shown["details"] == chosen["details"] for shown, _ in samples)
    assert chosen["local"] in look(page, 'root => root.querySelector(".nm-details").textContent')


def test_the_place_that_was_scrolled_to_stays(page: Tab) -> None:
    page.page.locator(".nm-grid").hover()
    page.page.mouse.wheel(0, 640)
    wait_for(lambda: look(page, PLACE)[0] == 640, seconds=PAGE_SECONDS, what="the table is scrolled")
    page.page.mouse.move(5, 5)
    samples = at_each_refresh(page, TICKS, f"(root) => [({PLACE})(root)[0], ({ORDER})(root)]")
    assert {top for top, _ in samples} == {640}
    assert distinct([order for _, order in samples]) > TICKS // 4


def test_the_focus_stays_on_its_connection(page: Tab) -> None:
    page.page.locator('.nm-row[tabindex="0"]').focus()
    for _ in range(5):
        page.page.keyboard.press("ArrowDown")
    [_, number, local] = look(page, PLACE)
    assert number is not None
    expect(page.page.get_by_text("Order held while a row has the focus")).to_be_visible()
    samples = at_each_refresh(page, TICKS, PLACE)
    assert {(one[1], one[2]) for one in samples} == {(number, local)}
    page.page.keyboard.press("Enter")
    expect(page.page.get_by_role("region", name="Details:")).to_contain_text(local)
    page.page.keyboard.press("Escape")
    assert look(page, PLACE)[1:] == [number, local], "closing the details gives the focus back"


def test_the_order_is_held_under_the_pointer_and_resumes_after(page: Tab) -> None:
    page.page.locator(".nm-row:visible").nth(2).hover()
    expect(page.page.get_by_text("Order held while the pointer is over the table")).to_be_visible()
    held = at_each_refresh(page, TICKS // 2, ORDER)
    assert distinct(held) == 1
    page.page.mouse.move(5, 5)
    expect(page.page.get_by_text("Order held")).to_be_hidden()
    freed = at_each_refresh(page, TICKS // 2, ORDER)
    assert distinct(freed) > TICKS // 4
    page.page.locator(".nm-row:visible").nth(2).hover()
    page.page.get_by_role("button", name="Sort now").click()
    expect(page.page.locator(".nm-row:visible").first).to_be_visible()


@pytest.mark.parametrize("name", ["Overview", "Connections", "Applications"])
def test_nothing_is_mounted_anew_in_20_ticks(tab: Tab, name: str) -> None:
    switch_to(tab, name)
    at_each_refresh(tab, 2, "() => 0")  # all that the page asked for when it came has come
    mark = "(root) => { for (const one of [root, ...root.querySelectorAll('h1, .nm-page > *')]) one.netmonMark = 1; }"
    look(tab, mark)
    kept = "(root) => [root, ...root.querySelectorAll('h1, .nm-page > *')].every((one) => one.netmonMark === 1)"
    before = [frame for frame in tab.frames if frame["type"] == "full"]
    assert at_each_refresh(tab, TICKS, kept) == [True] * TICKS
    after = [frame for frame in tab.frames if frame["type"] == "full"]
    assert len(after) == len(before), "ticks alone bring what is new"
