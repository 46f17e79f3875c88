"""The door of the dashboard: who may ask for anything at all, and what browsers are told about every answer.

Anybody on this machine reaches 127.0.0.1, and so does every page that a browser shows. So each request, for a page, a
script or a WebSocket, must name this server (``Host``: against DNS rebinding), must not come from another page
(``Origin``), and must bear a secret. The secret comes once in the URL that was printed, and is then kept in a cookie.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netmon_client.metrics import METRICS_PATH
from netmon_dashboard.metrics_route import Scrapers

__all__ = ["Guard", "Keys", "inline_script_hashes"]

_Header = tuple[bytes, bytes]

_CLOSE: Final = (b"connection", b"close")

_PLAIN_PORT: Final = 80
_READING: Final = frozenset({"GET", "HEAD"})
# Of what Streamlit serves, what this app needs: no uploads, API for programs, sign-in or components of others.
_OPEN_CORE: Final = frozenset({"/_stcore/health", "/_stcore/host-config", "/_stcore/stream"})
_CLOSED: Final = re.compile(r"/(_stcore|component|app/static|auth|oauth2callback)(/|$)")
_ICONS: Final = "/netmon/icon/"
_SCRIPT: Final = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
_REFUSED: Final = (
    "403: this is netmon's dashboard, and it opens only with the link that netmon-dashboard printed when it started\n"
    "(http://127.0.0.1:PORT/?token=...). Use that link; after a restart of the dashboard it is another one.\n"
)
_NO_SCRAPER: Final = (
    "403: /metrics opens with the header 'Authorization: Bearer TOKEN'. The token is that of the link which\n"
    "netmon-dashboard printed when it started, or the one in the file of --metrics-token-file.\n"
)
_PERMISSIONS: Final = ", ".join(
    f"{feature}=()" for feature in ("camera", "display-capture", "geolocation", "microphone", "payment", "usb")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The secrets of one run: ``token`` opens by URL, ``session`` by cookie."""

    port: int
    token: str = field(repr=False)
    session: str = field(repr=False)

    @property
    def cookie_name(self) -> str:
        """Name of the cookie: browsers tell cookies by host, not by port, so two dashboards need two names."""
        return f"netmon-{self.port}"

    def opens_by_token(self, token: str) -> bool:
        """Whether this is the token."""
        return hmac.compare_digest(token.encode(), self.token.encode())

    def opens_by_cookie(self, headers: Iterable[_Header]) -> bool:
        """Whether one of the cookies is this run's."""
        own = [
            value
            for header in _values(headers, b"cookie")
            for name, _, value in (part.strip().partition("=") for part in header.split(";"))
            if name == self.cookie_name
        ]
        return any(hmac.compare_digest(value.encode(), self.session.encode()) for value in own)


def inline_script_hashes(index: Path) -> list[str]:
    """Give the CSP sources of the scripts that stand inside a page. Raise OSError if it cannot be read."""
    digests = [hashlib.sha256(script).digest() for script in _SCRIPT.findall(index.read_bytes())]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


class Guard:
    """ASGI middleware around the whole app: nothing passes it unseen, errors of the app neither."""

    def __init__(
        self, app: ASGIApp, *, keys: Keys, script_hashes: Iterable[str], scrapers: Scrapers | None = None
    ) -> None:
        """``scrapers`` None: nobody may read metrics."""
        self._app = app
        self._scrapers = scrapers
        self._keys = keys
        # Browsers leave the port of plain HTTP out of Host and Origin (RFC 9110, 4.2.3; RFC 6454, 6.2).
        ending = "" if keys.port == _PLAIN_PORT else f":{keys.port}"
        self._hosts = {f"{name}{ending}" for name in ("127.0.0.1", "localhost", "[::1]")}
        self._headers = _fixed_headers(keys.port, script_hashes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 403, redirect to the URL without its token, or let pass."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        answer = self._with_headers(scope, send)
        headers: list[_Header] = scope["headers"]
        if not self._comes_from_here(scope, headers):
            await _refuse(scope, receive, answer)
        elif self._scrapers is not None and scope["path"] == METRICS_PATH and scope["type"] == "http":
            await self._give_metrics(self._scrapers, scope, receive, answer)
        elif (token := _token(scope)) is not None:
            if self._keys.opens_by_token(token) and scope["type"] == "http":
                await self._let_in(scope, answer)
            else:
                await _refuse(scope, receive, answer)
        elif not self._keys.opens_by_cookie(headers):
            await _refuse(scope, receive, answer)
        elif not _is_offered(scope):
            await _refuse(scope, receive, answer, status=404, text="404: this is not part of netmon's dashboard\n")
        else:
            await self._app(scope, receive, answer)

    def _comes_from_here(self, scope: Scope, headers: list[_Header]) -> bool:
        """Whether ``Host`` names this server and ``Origin``, which a WebSocket must have, a page of this server."""
        hosts, origins = _values(headers, b"host"), _values(headers, b"origin")
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return False
        if not origins:
            return scope["type"] == "http"
        return origins == [f"http://{hosts[0]}"]

    async def _give_metrics(self, scrapers: Scrapers, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a scraper pass to the metrics. The cookie opens them too: whoever has it sees more than they tell.

        Without it they are one answer a connection: where anybody may ask, anybody could hold them all open.
        """
        headers: list[_Header] = scope["headers"]
        has_cookie = self._keys.opens_by_cookie(headers)
        if not (has_cookie or scrapers.may_read(_values(headers, b"authorization"))):
            await _refuse(scope, receive, send, text=_NO_SCRAPER)
        elif scope["method"] not in _READING:
            await _refuse(scope, receive, send, status=405, text="405: metrics can only be read\n")
        else:
            await self._app(scope, receive, send if has_cookie else _ending(send))

    async def _let_in(self, scope: Scope, send: Send) -> None:
        """Set the cookie, and lead to the same page without the token in its URL."""
        query = [(name, value) for name, value in _query(scope) if name != "token"]
        path = "/" + scope.get("raw_path", b"/").decode("latin-1").split("?")[0].lstrip("/\\")
        location = path + (f"?{urlencode(query)}" if query else "")
        cookie = f"{self._keys.cookie_name}={self._keys.session}; Path=/; HttpOnly; SameSite=Strict"
        headers = [(b"set-cookie", cookie.encode()), (b"content-length", b"0")]
        # A browser that follows a redirect from a page of another site sends no strict cookie on. To such a click the
        # answer is a page of ours that goes on by itself (Fetch Metadata says where it came from).
        if _values(scope["headers"], b"sec-fetch-site") in ([], ["none"], ["same-origin"]):
            await send(_start(303, [*headers, (b"location", location.encode("latin-1"))]))
        else:
            await send(_start(200, [*headers, (b"refresh", f"0; url={location}".encode("latin-1"))]))
        await send({"type": "http.response.body", "body": b""})

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        path: str = scope["path"]

        async def answer(message: Message) -> None:
            if message["type"] in {"http.response.start", "websocket.http.response.start"}:
                message["headers"] = self._dressed(path, message["status"], message.get("headers", ()))
            await send(message)

        return answer

    def _dressed(self, path: str, status: int, headers: Iterable[_Header]) -> list[_Header]:
        """Give the headers of an answer: ours stand in place of the app's own."""
        ours = [*self._headers, (b"cache-control", _cache(path, status, headers))]
        if path.startswith(_ICONS) and _values(headers, b"content-security-policy"):
            # A picture opened as a page of its own may do less than a page.
            ours = [pair for pair in ours if pair[0] != b"content-security-policy"]
        names = {name for name, _ in ours}
        return [*(pair for pair in headers if pair[0].lower() not in names), *ours]


def _fixed_headers(port: int, script_hashes: Iterable[str]) -> list[_Header]:
    # blob: and data: are what Streamlit's page makes itself; 'self' means no WebSocket to every browser.
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' blob: {' '.join(script_hashes)}",
            "style-src 'self' 'unsafe-inline'",
            "font-src 'self' data:",
            "img-src 'self' data: blob:",
            f"connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return [
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
        (b"cross-origin-opener-policy", b"same-origin"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"permissions-policy", _PERMISSIONS.encode()),
    ]


def _cache(path: str, status: int, headers: Iterable[_Header]) -> bytes:
    """Say how long an answer may be kept: what is named by its own hash for long, pages not at all."""
    if status not in {200, 206, 304}:
        return b"no-store"
    own = _values(headers, b"cache-control")
    if path.startswith("/static/") and own and "immutable" in own[0]:
        return own[0].replace("public", "private").encode()
    if path.startswith(_ICONS) and own:
        return own[0].encode()
    return b"no-cache" if path.startswith(("/netmon/", "/static/", "/media/", "/favicon")) else b"no-store"


def _is_offered(scope: Scope) -> bool:
    path: str = scope["path"]
    if scope["type"] == "http" and scope["method"] not in _READING:
        return False
    return path in _OPEN_CORE or not _CLOSED.match(path)


def _token(scope: Scope) -> str | None:
    """Give the token of the URL; "" if it has several, None if it has none."""
    tokens = [value for name, value in _query(scope) if name == "token"]
    if not tokens:
        return None
    return tokens[0] if len(tokens) == 1 else ""


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _values(headers: Iterable[_Header], wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in headers if name.lower() == wanted]


async def _refuse(scope: Scope, receive: Receive, send: Send, *, status: int = 403, text: str = _REFUSED) -> None:
    """Answer with a short text, to a WebSocket's handshake too (ASGI's extension "websocket.http.response")."""
    kind = "http"
    if scope["type"] == "websocket":
        await receive()  # "websocket.connect"
        if "websocket.http.response" not in scope.get("extensions", {}):
            await send({"type": "websocket.close", "code": 1008})
            return
        kind = "websocket.http"
    body = text.encode()
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    if kind == "http":
        headers.append(_CLOSE)  # who is refused keeps no connection here by asking again and again
    await send({"type": f"{kind}.response.start", "status": status, "headers": headers})
    is_head = scope.get("method") == "HEAD"
    await send({"type": f"{kind}.response.body", "body": b"" if is_head else body})


def _ending(send: Send) -> Send:
    """Answer, and end the connection with it."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", ()), _CLOSE]
        await send(message)

    return answer


def _start(status: int, headers: list[_Header]) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}
