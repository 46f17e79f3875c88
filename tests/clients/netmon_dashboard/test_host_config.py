"""Streamlit's page is told to keep its own error dialogs closed; everything else goes its way."""

import asyncio
import json

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope
from streamlit.web.server.starlette.starlette_routes import create_host_config_routes

from netmon_dashboard.host_config import HostConfig


async def status_and_body(method: str, path: str) -> tuple[int, bytes]:
    said: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        said.append(message)

    scope: Scope = {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}
    await HostConfig(PlainTextResponse("the app's"))(scope, receive, send)
    return said[0]["status"], b"".join(message.get("body", b"") for message in said[1:])


def test_the_page_is_told_to_open_no_dialog_and_to_obey_no_other_page() -> None:
    status, body = asyncio.run(status_and_body("GET", "/_stcore/host-config"))
    answer = json.loads(body)
    assert status == 200
    assert answer["blockErrorDialogs"] is True
    assert answer["allowedOrigins"] == []
    assert answer["enableCustomParentMessages"] is False


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/_stcore/health"), ("GET", "/"), ("POST", "/_stcore/host-config")]
)
def test_everything_else_is_the_apps(method: str, path: str) -> None:
    assert asyncio.run(status_and_body(method, path)) == (200, b"the app's")


def test_the_fields_are_those_that_streamlit_itself_answers() -> None:
    (route,) = create_host_config_routes(None)
    said: list[Message] = []

    async def ask() -> None:
        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            said.append(message)

        scope: Scope = {
            "type": "http",
            "method": "GET",
            "path": "/_stcore/host-config",
            "headers": [],
            "query_string": b"",
        }
        await route.handle(scope, receive, send)

    asyncio.run(ask())
    _, ours = asyncio.run(status_and_body("GET", "/_stcore/host-config"))
    assert json.loads(said[1]["body"]).keys() == json.loads(ours).keys()
