"""A walk through the dashboard: each page, and all that opens on it."""

from playwright.sync_api import expect

from tests.support.browser import Tab
from tests.support.shown_page import switch_to

PAGES = ("Overview", "Connections", "Domains", "Applications")


def use_everything(tab: Tab) -> None:
    """Visit each page, and open what opens on it."""
    for name in PAGES:
        switch_to(tab, name)
        tab.page.get_by_role("button", name="Status:").click()
        expect(tab.page.get_by_role("dialog", name="State of the collector")).to_contain_text("Clients")
        tab.page.keyboard.press("Escape")
        tab.page.get_by_role("button", name="Help").click()
        expect(tab.page.get_by_role("dialog", name="Help")).to_be_visible()
        tab.page.keyboard.press("Escape")
        tab.page.get_by_role("button", name="Units:").click()
    tab.page.locator(".nm-tree-app:visible").first.click()
    switch_to(tab, "Connections")
    tab.page.locator(".nm-row:visible").first.click()
    expect(tab.page.get_by_role("region", name="Details:")).to_be_visible()
    tab.page.get_by_role("searchbox").fill("nobody:has this")
    expect(tab.page.locator(".nm-search-note")).to_be_visible()
    tab.page.get_by_role("searchbox").fill("")
