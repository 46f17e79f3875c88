"""The link that was printed, the secrets in it, and other pages that the same browser shows.

That nothing opens without them, by another name or from another page, at any path and WebSocket, is proved without a
browser in ``tests/clients/netmon_dashboard`` (``test_guard``, ``test_server``).
"""

import http.server
import threading
from collections.abc import Generator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Response

from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.support.browser import open_tab
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.shown_page import shows_data

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
# What a page of another program on this machine tries: it is of the same site, so the browser sends it the cookie too.
ATTACK = """async (origin) => {
  const tried = {};
  const host = origin.replace("http", "ws");
  const settle = (promise) => promise.then(() => "in", () => "refused");
  tried.fetch = await settle(fetch(`${origin}/netmon/assets/main.js`, { credentials: "include" }));
  tried.opaque = await fetch(`${origin}/`, { mode: "no-cors", credentials: "include" })
    .then((answer) => `${answer.type} ${answer.status}`, () => "refused");
  for (const path of ["/netmon/live", "/_stcore/stream"]) {
    tried[path] = await settle(new Promise((done, fail) => {
      const socket = new WebSocket(host + path);
      socket.onopen = done;
      socket.onerror = fail;
    }));
  }
  const add = (tag, source) => settle(new Promise((done, fail) => {
    const one = Object.assign(document.createElement(tag), { onload: done, onerror: fail, src: source });
    document.body.append(one);
  }));
  tried.script = await add("script", `${origin}/netmon/assets/dom.js`);
  tried.image = await add("img", `${origin}/favicon.png`);
  const frame = document.createElement("iframe");
  frame.src = `${origin}/`;
  await new Promise((done) => { frame.onload = done; document.body.append(frame); });
  try { tried.frame = frame.contentDocument === null ? "refused" : frame.contentDocument.title || "refused"; }
  catch { tried.frame = "refused"; }
  return tried;
}"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Generator[DashboardProcess]:
    rows = [a_connection(process=a_process())]
    with (
        FakeCollector(snapshots=[a_snapshot(rows)], heartbeat_seconds=0.3) as fake,
        dashboard(fake.socket, tmp_path_factory.mktemp("dashboard") / "log", "--port", "0") as running,
    ):
        yield running


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Generator[str]:
    """Another program's page on this machine."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text("<!doctype html><title>elsewhere</title><body>", encoding="utf-8")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))  # type: ignore[arg-type]

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- its name there
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("name", ["overview", "connections", "applications"])
def test_the_token_leaves_the_address_bar_and_the_history(
    browser: Browser, program: DashboardProcess, name: str
) -> None:
    with open_tab(browser, program.page(name, "q=tcp")) as tab:
        shows_data(tab)
        assert program.token not in tab.page.url
        assert tab.page.url.endswith("?q=tcp")
        assert program.token not in tab.page.evaluate("document.referrer + document.cookie + document.title")
        kept = tab.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state])")
        assert program.token not in kept
        cookies = tab.page.context.cookies()
        assert program.token not in str(cookies)
        [cookie] = [one for one in cookies if one.get("name") == f"netmon-{program.port}"]
        assert (cookie.get("httpOnly"), cookie.get("sameSite"), cookie.get("path")) == (True, "Strict", "/")
        # Streamlit sets one of its own, which opens nothing (``test_guard``).
        assert len(cookies) <= 2


def test_every_answer_carries_the_security_headers(browser: Browser, program: DashboardProcess) -> None:
    answers: list[Response] = []
    with open_tab(browser) as tab:
        tab.page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108 -- playwright marks a function
        tab.page.goto(program.link)
        shows_data(tab)
        mine = [answer for answer in answers if answer.url.startswith(f"{program.origin}/")]
        assert len(mine) > 50
        for answer in mine:
            headers = answer.headers
            assert {name: headers.get(name) for name in HEADERS} == HEADERS, answer.url
            policy = headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "'unsafe-eval'" not in policy
            assert "'unsafe-inline'" not in policy.partition("script-src")[2].partition(";")[0]


def test_another_page_of_this_machine_gets_nothing(browser: Browser, program: DashboardProcess, elsewhere: str) -> None:
    with open_tab(browser, program.link) as tab:
        shows_data(tab)
        tab.page.goto(elsewhere)
        tried = tab.page.evaluate(ATTACK, program.origin)
        assert {name for name, outcome in tried.items() if outcome != "refused"} == set()
        tab.page.goto(program.origin)
        shows_data(tab)


def test_without_the_cookie_the_page_says_which_link_opens_it(browser: Browser, program: DashboardProcess) -> None:
    with open_tab(browser) as tab:
        answer = tab.page.goto(program.origin)
        assert answer is not None
        assert answer.status == 403
        assert "only with the link that netmon-dashboard printed" in tab.page.inner_text("body")
        assert tab.strays(program.origin) == []


def test_other_hosts_scripts_are_not_run(browser: Browser, program: DashboardProcess, tmp_path: Path) -> None:
    with open_tab(browser, program.link) as tab:
        shows_data(tab)
        blocked = """() => new Promise((done) => {
          const told = (event) => done(event.effectiveDirective);
          document.addEventListener("securitypolicyviolation", told, { once: true });
          const script = document.createElement("script");
          script.textContent = "window.__hit = 1";
          document.body.append(script);
        })"""
        assert tab.page.evaluate(blocked) == "script-src-elem"
        assert tab.page.evaluate("window.__hit === undefined")
