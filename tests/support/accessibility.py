"""axe-core over the page that a tab shows, its shadow roots included."""

from dataclasses import dataclass
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT  # pyright: ignore[reportMissingTypeStubs]

from tests.support.browser import Tab

SERIOUS = frozenset({"serious", "critical"})
# Streamlit fades what its script has not drawn again yet: text is fainter then than anybody reads it for long.
_AT_REST = """() => {
  const isFading = (one) => one instanceof CSSTransition && one.transitionProperty === "opacity";
  return document.querySelector('.stApp[data-test-script-state="notRunning"]') !== null
    && document.querySelector('[data-stale="true"]') === null
    && !document.getAnimations().some(isFading);
}"""
_REST_MILLISECONDS = 30_000
_RUN = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ["violations"] });
  return violations.map(({ id, impact, help, nodes }) => ({ id, impact, help,
    nodes: nodes.slice(0, 4).map(({ target, any, all }) =>
      `${target.flat().join(" ")}: ${[...any, ...all].map((one) => one.message).join("; ")}`) }));
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule of axe-core that is broken, and by which elements."""

    rule: str
    impact: str
    help: str
    elements: tuple[str, ...]


def serious_violations(tab: Tab) -> list[Violation]:
    """Give what axe-core calls serious or critical on the page, once it is drawn."""
    tab.page.wait_for_function(_AT_REST, timeout=_REST_MILLISECONDS)
    # Evaluated by the debugger, which the page's policy for scripts does not bind.
    if tab.page.evaluate("typeof axe === 'undefined'"):
        tab.page.evaluate(AXE_SCRIPT)
    found: list[dict[str, Any]] = tab.page.evaluate(_RUN)
    return [
        Violation(rule=one["id"], impact=one["impact"], help=one["help"], elements=tuple(one["nodes"]))
        for one in found
        if one["impact"] in SERIOUS
    ]
