from collections.abc import Sequence
from dataclasses import dataclass, replace
from http.cookies import SimpleCookie
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from starlette.types import Message, Receive, Scope, Send

from netmon_dashboard.guard import Guard, Keys, inline_script_hashes
from netmon_dashboard.metrics_route import Scrapers

KEYS = Keys(port=8501, token="the-token", session="the-session")  # noqa: S106 -- no secret: made up here
HOST = (b"host", b"127.0.0.1:8501")
ORIGIN = (b"origin", b"http://127.0.0.1:8501")
COOKIE = (b"cookie", b"netmon-8501=the-session")
OPEN = (HOST, COOKIE)
UNCHANGED = ((b"content-type", b"text/html"), (b"X-Frame-Options", b"ALLOWALL"), (b"x-own", b"kept"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; ``was_asked``: whether the request reached the app."""

    status: int
    headers: dict[str, str]
    body: bytes
    was_asked: bool


async def ask(
    url: str,
    *headers: tuple[bytes, bytes],
    method: str = "GET",
    kind: str = "http",
    has_extension: bool = True,
    app_headers: Sequence[tuple[bytes, bytes]] = UNCHANGED,
    keys: Keys = KEYS,
    scrapers: Scrapers | None = None,
) -> Answer:
    """Send one request through a guard, to an app that answers 200 with these headers."""
    asked: list[Scope] = []
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(app_headers)})
        await send({"type": "http.response.body", "body": b"page"})

    async def receive() -> Message:
        return {"type": f"{kind}.connect"}

    async def send(message: Message) -> None:
        sent.append(message)

    parts = urlsplit(url)
    scope: Scope = {
        "type": kind,
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "headers": list(headers),
        "extensions": {"websocket.http.response": {}} if has_extension else {},
    }
    if kind == "http":
        scope["method"] = method
    await Guard(app, keys=keys, script_hashes=["'sha256-abc='"], scrapers=scrapers)(scope, receive, send)
    first = sent[0]
    return Answer(
        status=first.get("status", 101 if first["type"] == "websocket.accept" else 403),
        headers={name.decode().lower(): value.decode() for name, value in first.get("headers", ())},
        body=b"".join(message.get("body", b"") for message in sent),
        was_asked=bool(asked),
    )


PLACES = ["/", "/connections", "/_stcore/health", "/_stcore/host-config", "/netmon/assets/main.js", "/netmon/icon/k"]


@pytest.mark.parametrize("path", PLACES)
async def test_the_cookie_opens_what_the_app_needs(path: str) -> None:
    answer = await ask(path, *OPEN)
    assert (answer.status, answer.body, answer.was_asked) == (200, b"page", True)


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([HOST], id="no cookie"),
        pytest.param([HOST, (b"cookie", b"netmon-8501=the-sessio")], id="a part of the secret"),
        pytest.param([HOST, (b"cookie", b"netmon-8502=the-session")], id="the cookie of another port"),
        pytest.param([HOST, (b"cookie", b"netmon-8501=the-token")], id="the token as cookie"),
        pytest.param([HOST, (b"cookie", "netmon-8501=ü".encode("latin-1"))], id="a cookie that is no ASCII"),
        pytest.param([COOKIE], id="no Host"),
        pytest.param([COOKIE, HOST, HOST], id="two Hosts"),
        pytest.param([COOKIE, (b"host", b"127.0.0.1")], id="Host without port"),
        pytest.param([COOKIE, (b"host", b"127.0.0.1:8502")], id="another port"),
        pytest.param([COOKIE, (b"host", b"netmon.example:8501")], id="a name that leads here"),
        pytest.param([COOKIE, (b"host", b"localhost.example:8501")], id="a longer name"),
        pytest.param([*OPEN, (b"origin", b"http://evil.example")], id="another page"),
        pytest.param([*OPEN, (b"origin", b"http://127.0.0.1:9999")], id="a page of another port"),
        pytest.param([*OPEN, (b"origin", b"http://localhost:8501")], id="not the page of this Host"),
        pytest.param([*OPEN, (b"origin", b"https://127.0.0.1:8501")], id="another scheme"),
        pytest.param([*OPEN, (b"origin", b"null")], id="a page without origin"),
        pytest.param([*OPEN, ORIGIN, ORIGIN], id="two Origins"),
    ],
)
async def test_everything_else_is_refused(path: str, headers: list[tuple[bytes, bytes]]) -> None:
    answer = await ask(path, *headers)
    assert (answer.status, answer.was_asked) == (403, False)
    assert b"netmon-dashboard printed" in answer.body
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("host", [b"127.0.0.1:8501", b"localhost:8501", b"[::1]:8501"])
async def test_each_name_of_this_server_is_known(host: bytes) -> None:
    assert (await ask("/", (b"host", host), COOKIE, (b"origin", b"http://" + host))).status == 200


async def test_at_the_port_of_plain_http_browsers_name_no_port() -> None:
    keys = replace(KEYS, port=80)
    cookie = (b"cookie", b"netmon-80=the-session")
    named = ((b"host", b"127.0.0.1"), (b"origin", b"http://127.0.0.1"), cookie)
    assert (await ask("/netmon/live", *named, kind="websocket", keys=keys)).was_asked
    assert (await ask("/", (b"host", b"127.0.0.1.example"), cookie, keys=keys)).status == 403


async def test_who_is_refused_keeps_no_connection() -> None:
    assert (await ask("/", HOST)).headers["connection"] == "close"
    assert "connection" not in (await ask("/", *OPEN)).headers


async def test_the_cookie_is_found_among_others() -> None:
    assert (await ask("/", HOST, (b"cookie", b"a=b; netmon-8501=old"), (b"cookie", b"x; " + COOKIE[1]))).status == 200


async def test_the_token_becomes_a_cookie_and_leaves_the_url() -> None:
    answer = await ask("/connections?q=app%3Afire%20fox&token=the-token&sort=-received_rate", HOST)
    assert (answer.status, answer.was_asked) == (303, False)
    assert answer.headers["location"] == "/connections?q=app%3Afire+fox&sort=-received_rate"
    morsel = SimpleCookie(answer.headers["set-cookie"])["netmon-8501"]
    assert (morsel.value, morsel["path"], morsel["samesite"]) == ("the-session", "/", "Strict")
    assert morsel["httponly"] is True
    assert morsel["domain"] == morsel["expires"] == morsel["max-age"] == ""
    assert answer.headers["cache-control"] == "no-store"


async def test_a_click_on_another_site_goes_on_from_a_page_of_ours() -> None:
    """A redirect would still be that site's navigation, on which browsers leave a strict cookie at home."""
    answer = await ask("/?token=the-token", HOST, (b"sec-fetch-site", b"cross-site"))
    assert (answer.status, answer.headers["refresh"]) == (200, "0; url=/")
    assert "set-cookie" in answer.headers


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "///evil.example"])
async def test_the_way_on_never_leads_elsewhere(path: str) -> None:
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"token=the-token",
        "headers": [HOST],
    }
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def nothing(*_: object) -> NoReturn:
        raise AssertionError("the app was asked")

    await Guard(nothing, keys=KEYS, script_hashes=())(scope, nothing, send)
    assert dict(sent[0]["headers"])[b"location"] == b"/evil.example"


@pytest.mark.parametrize("query", ["token=wrong", "token=", "token=the-token&token=the-token", "token=%FF"])
async def test_a_wrong_token_is_refused_even_with_the_cookie(query: str) -> None:
    answer = await ask(f"/?{query}", *OPEN)
    assert (answer.status, answer.was_asked) == (403, False)
    assert "set-cookie" not in answer.headers


async def test_the_token_opens_no_page_for_another_host() -> None:
    assert (await ask("/?token=the-token", (b"host", b"evil.example:8501"))).status == 403


@pytest.mark.parametrize("path", ["/netmon/live", "/_stcore/stream"])
@pytest.mark.parametrize("has_extension", [True, False])
async def test_a_websocket_needs_cookie_and_origin(path: str, has_extension: bool) -> None:
    for headers in ([HOST, COOKIE], [HOST, ORIGIN], [HOST, COOKIE, (b"origin", b"http://evil.example")]):
        answer = await ask(path, *headers, kind="websocket", has_extension=has_extension)
        assert (answer.status, answer.was_asked) == (403, False)
        assert ("content-security-policy" in answer.headers) is has_extension
    answer = await ask(f"{path}?token=the-token", HOST, ORIGIN, kind="websocket")
    assert (answer.status, answer.was_asked) == (403, False)
    answer = await ask(path, *OPEN, ORIGIN, kind="websocket")
    assert (answer.status, answer.was_asked) == (101, True)


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/agent/interact",
        "/_stcore/agent/openapi.json",
        "/_stcore/metrics",
        "/_stcore/upload_file/s/f",
        "/_stcore/bidi-components/x/y.js",
        "/_stcore",
        "/component/x/index.html",
        "/app/static/file",
        "/auth/login",
        "/oauth2callback",
    ],
)
async def test_what_the_app_does_not_use_is_not_there(path: str) -> None:
    answer = await ask(path, *OPEN)
    assert (answer.status, answer.was_asked) == (404, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nothing_is_written_over_http(method: str) -> None:
    answer = await ask("/", *OPEN, ORIGIN, method=method)
    assert (answer.status, answer.was_asked) == (404, False)


async def test_a_page_whose_name_begins_like_a_closed_one_is_open() -> None:
    assert (await ask("/components", *OPEN)).was_asked
    assert (await ask("/app", *OPEN)).was_asked


@pytest.mark.parametrize(("headers", "status"), [(OPEN, 200), ((HOST,), 403)])
async def test_every_answer_has_the_headers_once(headers: Sequence[tuple[bytes, bytes]], status: int) -> None:
    answer = await ask("/", *headers)
    assert answer.status == status
    fixed = {name: answer.headers[name] for name in ("x-content-type-options", "referrer-policy", "x-frame-options")}
    assert list(fixed.values()) == ["nosniff", "no-referrer", "DENY"]
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert answer.headers.get("x-own") == ("kept" if status == 200 else None)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert policy["script-src"] == "'self' blob: 'sha256-abc='"
    assert policy["connect-src"] == "'self' ws://127.0.0.1:8501 ws://localhost:8501"


@pytest.mark.parametrize(
    ("path", "own", "expected"),
    [
        ("/", b"public, max-age=9", "no-store"),
        ("/applications", b"", "no-store"),
        ("/netmon/assets/main.js", b"", "no-cache"),
        ("/media/0123.svg", b"public", "no-cache"),
        ("/static/js/index.abc.js", b"public, immutable, max-age=31536000", "private, immutable, max-age=31536000"),
        ("/static/js/other.js", b"no-cache", "no-cache"),
        ("/netmon/icon/k", b"private, max-age=86400", "private, max-age=86400"),
        ("/_stcore/health", b"", "no-store"),
    ],
)
async def test_what_a_browser_may_keep(path: str, own: bytes, expected: str) -> None:
    answer = await ask(path, *OPEN, app_headers=[(b"cache-control", own)] if own else [])
    assert answer.headers["cache-control"] == expected


async def test_an_icon_keeps_its_own_stricter_policy() -> None:
    own = [(b"content-security-policy", b"default-src 'none'; sandbox")]
    assert (await ask("/netmon/icon/k", *OPEN, app_headers=own)).headers["content-security-policy"].endswith("sandbox")
    assert "script-src" in (await ask("/", *OPEN, app_headers=own)).headers["content-security-policy"]


async def test_head_has_no_body() -> None:
    answer = await ask("/", HOST, method="HEAD")
    assert (answer.status, answer.body) == (403, b"")
    assert int(answer.headers["content-length"]) > 0


async def test_the_lifespan_passes() -> None:
    passed: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        passed.append(scope["type"])

    async def nothing(*_: object) -> NoReturn:
        raise AssertionError("the guard spoke")

    await Guard(app, keys=KEYS, script_hashes=())({"type": "lifespan"}, nothing, nothing)
    assert passed == ["lifespan"]


def test_the_secrets_are_in_no_representation() -> None:
    assert "the-" not in repr(KEYS)


def test_scripts_inside_a_page_are_known_by_their_hash(tmp_path: Path) -> None:
    """The digest of the empty script is the well-known one of no bytes."""
    page = tmp_path / "index.html"
    page.write_text('<script></script><script src="x.js"></script><style></style>', encoding="utf-8")
    assert inline_script_hashes(page) == ["'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"]


WITH_TOKEN = Scrapers(token="for-scrapers")  # noqa: S106 -- no secret: made up here
BEARER = (b"authorization", b"Bearer for-scrapers")


async def test_metrics_are_for_who_bears_their_token_and_it_opens_nothing_else() -> None:
    assert (await ask("/metrics", HOST, BEARER, scrapers=WITH_TOKEN)).was_asked
    assert (await ask("/metrics", *OPEN, scrapers=WITH_TOKEN)).was_asked
    for path in ("/", "/metrics/", "/metrics/x", "/netmon/export"):
        assert (await ask(path, HOST, BEARER, scrapers=WITH_TOKEN)).status == 403
    assert (await ask("/netmon/live", HOST, ORIGIN, BEARER, kind="websocket", scrapers=WITH_TOKEN)).status == 403


@pytest.mark.parametrize("scrapers", [WITH_TOKEN, Scrapers(token=None)])
async def test_metrics_are_refused_to_pages_of_others_and_can_only_be_read(scrapers: Scrapers) -> None:
    assert (await ask("/metrics", (b"host", b"evil.example"), BEARER, scrapers=scrapers)).status == 403
    origin = (b"origin", b"http://evil.example")
    assert (await ask("/metrics", HOST, origin, BEARER, scrapers=scrapers)).status == 403
    assert (await ask("/metrics", HOST, BEARER, method="POST", scrapers=scrapers)).status == 405


async def test_metrics_without_a_token_are_refused_unless_they_are_open() -> None:
    refused = await ask("/metrics?token=the-token", HOST, scrapers=WITH_TOKEN)
    assert (refused.status, refused.was_asked) == (403, False)
    assert b"Authorization: Bearer" in refused.body
    assert (await ask("/metrics", HOST, scrapers=Scrapers(token=None))).was_asked


@pytest.mark.parametrize("scrapers", [WITH_TOKEN, Scrapers(token=None)])
async def test_who_reads_metrics_without_the_cookie_keeps_no_connection(scrapers: Scrapers) -> None:
    assert (await ask("/metrics", HOST, BEARER, scrapers=scrapers)).headers["connection"] == "close"
    assert "connection" not in (await ask("/metrics", *OPEN, BEARER, scrapers=scrapers)).headers


async def test_metrics_that_nobody_asked_for_are_refused_as_all_else() -> None:
    assert (await ask("/metrics", HOST, BEARER)).status == 403
