"""The pages that ask the recorder, run by Streamlit's AppTest over a recorder on a real socket."""

import json
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

from streamlit.testing.v1 import AppTest

from netmon_dashboard.history.recorder_link import RecorderLink
from netmon_dashboard.live_route import LIVE_PATH
from netmon_dashboard.server import SCRIPT
from netmon_dashboard.serving import Serving, serve

SECONDS = 30.0


@contextmanager
def with_recorder(socket: str) -> Generator[RecorderLink]:
    """Serve pages whose history is that of the recorder at ``socket``; no collector is there."""
    link = RecorderLink(socket)
    serve(Serving(route=LIVE_PATH, recorder=link))
    try:
        yield link
    finally:
        serve(None)
        link.close()


def open_page(name: str, params: Mapping[str, str] | None = None) -> AppTest:
    """Let Streamlit run the page of this name at an address."""
    app = AppTest.from_file(str(SCRIPT), default_timeout=SECONDS).run()
    for key, value in (params or {}).items():
        app.query_params[key] = value
    app._page_hash = next(key for key, page in app._registered_pages.items() if page.get("url_pathname") == name)
    app.run()
    assert not app.exception, app.exception
    return app


def components(app: AppTest) -> dict[str, Any]:
    """Give the data of each component on the page, by its name; figures that are text are read."""
    protos = [element.proto for element in app.get("bidi_component")]
    given = {proto.component_name: json.loads(proto.json) for proto in protos}
    return {name: json.loads(data["figures"]) if "figures" in data else data for name, data in given.items()}


def words(app: AppTest) -> str:
    """Give all plain text, code and headings of a page, and the facts of its recorder, a line each."""
    elements = [*app.subheader, *app.text, *app.code, *app.caption, *app.success]
    told = components(app).get("netmon_facts", {"facts": [], "limits": []})
    return "\n".join([*(str(element.value) for element in elements), *map(" ".join, told["facts"] + told["limits"])])
