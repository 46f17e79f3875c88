from dataclasses import dataclass

import pytest
from starlette.applications import Starlette
from starlette.types import ASGIApp, Message, Scope

from netmon_dashboard.guard import Guard, Keys
from netmon_dashboard.icons.picture import Picture
from netmon_dashboard.icons.route import icon_routes
from tests.support.icon_tree import SVG, png

PICTURES = {
    "1a": Picture(content=png(48), media_type="image/png"),
    "2b": Picture(content=SVG, media_type="image/svg+xml"),
}


class Store:
    def picture(self, key: str) -> Picture | None:
        return PICTURES.get(key)


app = Starlette(routes=icon_routes(Store()))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes


KEYS = Keys(port=8501, token="t" * 43, session="session")
COOKIE = [(b"host", b"127.0.0.1:8501"), (b"cookie", b"netmon-8501=session")]


async def ask(key: str, method: str = "GET", to: ASGIApp = app) -> Answer:
    """One request, as a server hands it to the app."""
    path = f"/netmon/icon/{key}"
    scope: Scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": COOKIE,
        "server": ("127.0.0.1", 80),
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    await to(scope, receive, send)
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return Answer(sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:]))


async def test_a_picture_is_served_with_what_keeps_it_a_picture() -> None:
    answer = await ask("2b")
    assert (answer.status, answer.content) == (200, SVG)
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=86400, immutable"


async def test_a_png_is_served_as_one() -> None:
    answer = await ask("1a")
    assert (answer.headers["content-type"], answer.content) == ("image/png", png(48))


@pytest.mark.parametrize("key", ["3c", "../../etc/passwd", "/etc/passwd", "\0", "1a/x", ""])
async def test_other_keys_are_not_found_and_not_kept(key: str) -> None:
    answer = await ask(key)
    assert answer.status == 404
    assert "max-age" not in answer.headers.get("cache-control", "")


async def test_nothing_but_reading_is_offered() -> None:
    assert (await ask("1a", "POST")).status == 405
    assert (await ask("1a", "HEAD")).status == 200


async def test_behind_the_guard_a_picture_keeps_its_own_stricter_rules() -> None:
    answer = await ask("2b", to=Guard(app, keys=KEYS, script_hashes=[]))
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert answer.headers["cache-control"] == "private, max-age=86400, immutable"
    assert answer.headers["x-frame-options"] == "DENY"
