"""What a tab may send is read with every field checked; everything else closes it with 1008."""

from typing import Any

import pytest

from netmon_dashboard.hub.requests import (
    AskControl,
    AskExplain,
    AskPayload,
    AskRange,
    AskStatus,
    AskTrace,
    Pause,
    Request,
    Resume,
    Watch,
    request_of,
)
from netmon_dashboard.hub.tab import TabClosed


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        ({"type": "watch", "rows": True}, Watch(with_rows=True)),
        ({"type": "watch", "rows": False, "domains": True}, Watch(with_rows=False, with_domains=True)),
        ({"type": "pause"}, Pause()),
        ({"type": "resume", "later": 1}, Resume()),
        ({"type": "ask", "id": 1, "what": "range", "from": 1, "to": 2.5}, AskRange(id=1, from_time=1.0, to_time=2.5)),
        ({"type": "ask", "id": 2, "what": "trace", "row": 7}, AskTrace(id=2, row=7)),
        ({"type": "ask", "id": 3, "what": "status"}, AskStatus(id=3)),
        ({"type": "ask", "id": 3, "what": "payload", "row": 7}, AskPayload(id=3, row=7)),
        (
            {"type": "ask", "id": 3, "what": "explain", "connection": "c1f", "instance": "i"},
            AskExplain(id=3, connection="c1f", instance="i"),
        ),
        ({"type": "ask", "id": 4, "what": "stop"}, AskControl(id=4, what="stop")),
    ],
)
def test_each_kind_is_read(message: dict[str, Any], request_: Request) -> None:
    assert request_of(message) == request_


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": "shout"},
        {"type": ["watch"]},
        {"type": "watch"},
        {"type": "watch", "rows": 1},
        {"type": "ask", "what": "status"},
        {"type": "ask", "id": True, "what": "status"},
        {"type": "ask", "id": -1, "what": "status"},
        {"type": "ask", "id": 2**60, "what": "status"},
        {"type": "ask", "id": 1.0, "what": "status"},
        {"type": "ask", "id": 1, "what": "refresh"},
        {"type": "ask", "id": 1, "what": ["status"]},
        {"type": "ask", "id": 1, "what": "trace"},
        {"type": "ask", "id": 1, "what": "trace", "row": "7"},
        {"type": "ask", "id": 1, "what": "payload"},
        {"type": "ask", "id": 1, "what": "explain", "connection": "c1"},
        {"type": "ask", "id": 1, "what": "explain", "connection": 7, "instance": "i"},
        {"type": "ask", "id": 1, "what": "explain", "connection": "", "instance": "i"},
        {"type": "ask", "id": 1, "what": "explain", "connection": "c" * 65, "instance": "i"},
        {"type": "ask", "id": 1, "what": "range", "from": 1},
        {"type": "ask", "id": 1, "what": "range", "from": 1, "to": float("nan")},
        {"type": "ask", "id": 1, "what": "range", "from": 1, "to": float("inf")},
        {"type": "ask", "id": 1, "what": "range", "from": 1, "to": 10**400},
        {"type": "ask", "id": 1, "what": "range", "from": True, "to": 2},
    ],
)
def test_everything_else_closes_the_tab(message: dict[str, Any]) -> None:
    with pytest.raises(TabClosed) as closed:
        request_of(message)
    assert closed.value.code == 1008
