"""The messages that say who speaks: hello and state."""

from collections.abc import Iterable
from typing import Final

from netmon.model import Caller, Degradation, PacketSource, Status, Visibility
from netmon_client import Hello
from netmon_client.words import names_words
from netmon_dashboard.hub.texts import CollectorState
from netmon_dashboard.hub.vocabulary import (
    APP_COLUMNS,
    DOMAIN_COLUMNS,
    PROCESS_COLUMNS,
    ROW_COLUMNS,
    SCHEMA,
    Json,
    words,
)

_OWN_ALONE: Final = Degradation(
    code="caller.own",
    text="You see your own processes; what other users move is one row, “other users”.",
    remedy="Members of group netmon see them:  sudo usermod -aG netmon $USER   (then log in again)",
)


def message(hello: Hello, status: Status | None, socket: str) -> Json:
    """Give the hello. ``status``: the collector's where it was to be had; ``socket``: "" for the usual one.

    What the viewer sees is decided as a stream begins, so the stream says it; a status asked later may differ.
    """
    caller = hello.caller
    degraded = hello.degraded if status is None else status.degraded
    return {
        "type": "hello",
        "schema": SCHEMA,
        "version": hello.version,
        "instance_id": hello.instance_id,
        "interval": hello.interval_seconds,
        "packet_source": "recording" if hello.packet_source is PacketSource.RECORDING else "live",
        "collector_start": None if status is None else round(status.start_time, 3),
        "viewer": {
            "may_control": caller.may_control,
            "sees": "own" if caller.sees is Visibility.OWN else "all",
            "reason": caller.reason,
        },
        "degraded": limits(caller, degraded),
        "socket": socket,
        "words": words(),
        "app_columns": APP_COLUMNS,
        "process_columns": PROCESS_COLUMNS,
        "row_columns": ROW_COLUMNS,
        "domain_columns": DOMAIN_COLUMNS,
        "names": _names(status),
    }


def limits(caller: Caller, degraded: Iterable[Degradation]) -> Json:
    """Give what is limited, for everybody and for who looks: theirs first."""
    own = (_OWN_ALONE,) if caller.sees is Visibility.OWN else ()
    return [{"code": each.code, "text": each.text, "remedy": each.remedy} for each in (*own, *degraded)]


def _names(status: Status | None) -> Json:
    """Give whether names are learnt, and how or why not; None where that is not known."""
    if status is None or status.names is None:
        return None
    return {"is_on": status.names.is_on, "text": names_words(status.names)}


def state_message(state: CollectorState) -> Json:
    """Give the state."""
    said = state.said
    return {
        "type": "state",
        "state": said.state,
        "since": round(state.since, 3),
        "retry_at": None if state.retry_at is None else round(state.retry_at, 3),
        "title": said.title,
        "text": said.text,
        "command": said.command,
    }
