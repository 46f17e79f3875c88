"""What a tab shows: its document and the store behind it, at a moment or after each of the next refreshes.

The view lives in a shadow root, whose top element scripts are handed as ``root``; ``store`` is the page's own (see
``assets/data/store.js``): a module that is imported again is the same object.
"""

from typing import Any

from netmon_client.units import format_rate
from tests.support.browser import PAGE_SECONDS, Tab
from tests.support.waiting import wait_for

_ROUNDING = 1e-5
_DRAWN_FRAMES = 6  # the table writes its figures ten rows a frame
_BEGIN = """
  const { store } = await import("/netmon/assets/data/store.js");
  const hosts = [...document.querySelectorAll("*")].filter((one) => one.shadowRoot?.querySelector(".nm-root"));
  const root = hosts[0]?.shadowRoot.querySelector(".nm-root") ?? null;
"""
_EACH = """
  const samples = [];
  let newest = 0;
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  await new Promise((done, fail) => {
    const end = store.subscribe(async (kind) => {
      if (kind !== "tick" && kind !== "full") return;
      const own = (newest += 1);
      try {
        for (let i = 0; i < frames; i += 1) await frame();
        if (own !== newest || samples.length >= count) return; // what the store holds is not drawn yet
        samples.push(look(root, store));
        if (samples.length === count) { end(); done(); }
      } catch (error) { end(); fail(error); }
    });
  });
  return samples;
"""

GRID = """(root) => {
  const text = (cell) => {
    const parts = cell.querySelectorAll("bdi, .nm-port, .nm-cut, .nm-unseen");
    return parts.length ? [...parts].map((one) => one.textContent).join("") : cell.textContent;
  };
  const keys = [...root.querySelectorAll("[role=columnheader]")].map((one) => one.dataset.key);
  const rows = [...root.querySelectorAll(".nm-row:not([hidden])")];
  rows.sort((one, other) => one.ariaRowIndex - other.ariaRowIndex);
  return rows.map((row) => ({ n: Number(row.dataset.n), selected: row.ariaSelected === "true",
    ...Object.fromEntries([...row.children].map((cell, place) => [keys[place], text(cell)])) }));
}"""
"""The rows of the table of connections that are in the document, in their order: column → text."""

TREE = """(root) => {
  const rows = [...root.querySelectorAll(".nm-tree-row:not([hidden])")];
  rows.sort((one, other) => one.ariaRowIndex - other.ariaRowIndex);
  return rows.map((row) => ({ kind: row.className.match(/nm-tree-(?!row)(\\w+)/)[1],
    name: row.querySelector(".nm-tree-title")?.textContent ?? "",
    cells: [...row.querySelectorAll("[role=gridcell]")].map((cell) => cell.textContent) }));
}"""
"""The lines of the tree of applications that are in the document, in their order."""

_SCROLLS = """(root) => {
  const around = [document.documentElement];
  for (let at = root.getRootNode().host; at; at = at.parentElement)
    if (["auto", "scroll"].includes(getComputedStyle(at).overflowX)) around.push(at);
  return around.some((one) => one.scrollWidth > one.clientWidth);
}"""


def look(tab: Tab, script: str) -> Any:  # noqa: ANN401 -- whatever the script gives
    """Give what the JavaScript function ``(root, store) => …`` gives now."""
    return tab.page.evaluate(f"async () => {{ {_BEGIN} return ({script})(root, store); }}")


def at_each_refresh(tab: Tab, count: int, script: str) -> list[Any]:
    """Give what the function ``(root, store) => …`` gives after each of the next refreshes, once it is drawn.

    One that is overtaken by the next, which happens on a machine that is busy, is not among them.
    """
    given = f"const look = {script}; const count = {count}; const frames = {_DRAWN_FRAMES};"
    return tab.page.evaluate(f"async () => {{ {_BEGIN} {given} {_EACH} }}")


def shows_time(tab: Tab, time: float) -> None:
    """Wait until what is drawn is of this time (Unix seconds) or later."""
    wait_for(
        lambda: look(tab, "(root, store) => store.dataTime") >= round(time, 3),
        seconds=PAGE_SECONDS,
        what="the page is of this time",
    )
    at_each_refresh(tab, 1, "() => 0")


def refresh_every(tab: Tab, seconds: float) -> None:
    """Have the view refreshed so often: oftener, too, than its reader may choose."""
    look(tab, f"(root, store) => store.setView({{ refreshSeconds: {seconds} }})")


def shows_data(tab: Tab, *, seconds: float = PAGE_SECONDS) -> None:
    """Wait until the view is there and shows data."""
    tab.page.locator(".nm-main").wait_for(state="visible", timeout=seconds * 1000)


def texts_of_rate(bytes_per_second: float) -> set[str]:
    """Give what may stand for a rate: messages give intervals to the microsecond, and a half may round either way."""
    return {format_rate(bytes_per_second * factor) for factor in (1 - _ROUNDING, 1.0, 1 + _ROUNDING)}


def switch_to(tab: Tab, name: str) -> None:
    """Go to the page of this name as a reader does, by the navigation: without a load."""
    tab.page.get_by_role("link", name=name, exact=True).click()
    tab.page.get_by_role("heading", level=1, name=name).wait_for()
    shows_data(tab)


def scrolls_sideways(tab: Tab) -> bool:
    """Whether the page is wider than its window: the document, or an element around the view that scrolls it."""
    return look(tab, _SCROLLS)
