"""Hello and state, as the contract with the tabs has them."""

from dataclasses import replace

from netmon.model import Caller, Degradation, NamesStatus, PacketSource, Visibility
from netmon_client import Hello
from netmon_client.testing import a_status
from netmon_dashboard.hub import greeting
from netmon_dashboard.hub.texts import CollectorState, StateText
from netmon_dashboard.hub.vocabulary import DOMAIN_COLUMNS, ROW_COLUMNS, SCHEMA

HELLO = Hello(instance_id="i-1", version="0.1.0", interval_seconds=1.0)


def test_hello_says_who_speaks_and_what_the_viewer_may() -> None:
    caller = Caller(uid=1000, sees=Visibility.OWN, may_control=False, reason="not in group netmon")
    hello = replace(HELLO, caller=caller)
    no_pcap = Degradation(code="no-pcap", text="cannot capture", remedy="run as root")
    status = replace(a_status(), caller=caller, degraded=(no_pcap,))
    message = greeting.message(hello, status, "/run/x.sock")
    assert (message["schema"], message["instance_id"], message["interval"]) == (SCHEMA, "i-1", 1.0)
    assert message["collector_start"] == 1_700_000_000.0
    assert message["viewer"] == {"may_control": False, "sees": "own", "reason": "not in group netmon"}
    own, other = message["degraded"]
    assert other == {"code": "no-pcap", "text": "cannot capture", "remedy": "run as root"}
    assert own["code"] == "caller.own"
    assert "one row" in own["text"]
    assert "usermod -aG netmon" in own["remedy"]
    everything = replace(hello, caller=Caller(uid=0))
    assert [each["code"] for each in greeting.message(everything, status, "")["degraded"]] == ["no-pcap"]
    assert (message["packet_source"], message["socket"]) == ("live", "/run/x.sock")
    assert message["row_columns"] == ROW_COLUMNS
    assert message["domain_columns"] == DOMAIN_COLUMNS
    assert message["names"]["is_on"] is True


def test_without_a_status_hello_says_what_the_stream_said() -> None:
    message = greeting.message(replace(HELLO, packet_source=PacketSource.RECORDING), None, "")
    assert (message["collector_start"], message["packet_source"]) == (None, "recording")
    assert message["viewer"] == {"may_control": False, "sees": "all", "reason": ""}


def test_a_viewer_sees_what_the_stream_began_with_whatever_the_status_says_later() -> None:
    own = replace(HELLO, caller=Caller(uid=1000, sees=Visibility.OWN, reason="group netmon does not answer"))
    viewer = greeting.message(own, replace(a_status(), caller=Caller(uid=1000, may_control=True)), "")["viewer"]
    assert viewer == {"may_control": False, "sees": "own", "reason": "group netmon does not answer"}


def test_hello_says_why_no_names_are_learnt() -> None:
    status = replace(a_status(), names=NamesStatus(is_on=False, reason="left out by --no-names"))
    assert greeting.message(HELLO, status, "")["names"] == {
        "is_on": False,
        "text": "switched off: left out by --no-names",
    }
    assert greeting.message(HELLO, replace(a_status(), names=None), "")["names"] is None


def test_a_state_has_its_texts_and_times() -> None:
    said = StateText(state="unavailable", title="No collector", text="File not found.", command="sudo netmon-collector")
    assert greeting.state_message(CollectorState(said=said, since=5.00049, retry_at=6.0)) == {
        "type": "state",
        "state": "unavailable",
        "since": 5.0,
        "retry_at": 6.0,
        "title": "No collector",
        "text": "File not found.",
        "command": "sudo netmon-collector",
    }
