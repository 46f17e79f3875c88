"""Browsers and their domains."""

from pathlib import Path

import pytest

from netmon.model import BrowserQuery
from netmon_recorder.store.browsers import is_browser
from tests.support.history_stage import NOON, keep, opened, row


@pytest.mark.parametrize(
    "name",
    ["firefox", "Firefox", "firefox-bin", "firefox-esr", "Google Chrome", "chromium-browser", "Safari", "msedge"],
)
def test_a_browser_is_known_by_the_names_that_packagers_give_it(name: str) -> None:
    assert is_browser(name)


@pytest.mark.parametrize("name", ["", "curl", "firefoxd", "file-browser", "chrome_crashpad", "python3 → firefox.py"])
def test_others_are_none(name: str) -> None:
    assert not is_browser(name)


def test_a_browser_has_its_domains_and_the_share_that_has_none(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        keep(
            store,
            row(NOON, received=50, domain="a.example"),
            row(NOON, received=30, domain="b.example"),
            row(NOON, received=20, domain=""),
            row(NOON, received=999, application_id="exe:curl", application_name="curl"),
        )
        answer = store.browser_domains(BrowserQuery(since_time=NOON, top=1), NOON + 60)
        with pytest.raises(ValueError, match=r"^BrowserQuery\.top"):
            store.browser_domains(BrowserQuery(top=1001), NOON + 60)
    (browser,) = answer.browsers
    assert (browser.total.received_bytes, browser.named.received_bytes) == (100, 80)
    assert [series.key.domain for series in browser.domains] == ["a.example"]
    assert browser.rest_count == 1
