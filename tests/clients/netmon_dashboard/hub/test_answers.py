"""What tabs ask is answered with facts, or with what went wrong and the exact next command."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from netmon.model import Caller, InterfaceLedger, LedgerSums, MonitoringState, Visibility
from netmon.sudo import sudo_command
from netmon_client import Bandwidth, connect_async
from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot, a_status
from netmon_dashboard.hub.answers import answer, status_fields
from netmon_dashboard.hub.encoding import Encoder
from netmon_dashboard.hub.requests import Ask, AskControl, AskExplain, AskPayload, AskRange, AskStatus, AskTrace
from tests.clients.netmon_dashboard.hub.toy_machine import ToyMachine


class Desk:
    def __init__(self, fake: FakeCollector) -> None:
        self.fake, self.encoder = fake, Encoder()
        self.client = connect_async(fake.socket)

    async def ask(self, ask: Ask) -> dict[str, Any]:
        return await answer(ask, self.encoder, self.client)


@asynccontextmanager
async def desk() -> AsyncGenerator[Desk]:
    with FakeCollector() as fake:
        made = Desk(fake)
        async with made.client:
            yield made


async def test_a_range_names_who_moved_how_much_busiest_first() -> None:
    machine = ToyMachine()
    for program, sent in (("ssh", 10), ("firefox", 500), (None, 3)):
        machine.open(program, moved=(sent, 0))
    async with desk() as made:
        made.encoder.add(machine.tick(), is_counting=True)
        said = await made.ask(AskRange(id=5, from_time=machine.time + 9, to_time=machine.time - 1))
        assert said == {
            "type": "answer",
            "id": 5,
            "ok": True,
            "data": {
                "apps": [[2, 500, 0], [1, 10, 0]],
                "unattributed": (3, 0),
                "rest": (0, 0),
                "from": machine.time - 1,
                "to": machine.time,
            },
        }


async def test_a_trace_gives_the_ticks_of_a_row() -> None:
    machine = ToyMachine()
    key = machine.open(moved=(10, 20))
    async with desk() as made:
        made.encoder.add(machine.tick(), is_counting=True)
        made.encoder.add(machine.tick(), is_counting=True)
        machine.move(key, 1, 2)
        made.encoder.add(machine.tick(2.0), is_counting=True)
        said = await made.ask(AskTrace(id=1, row=1))
        start = machine.time - 4
        assert said["data"]["points"] == [[start + 1, 1.0, 10, 20], [start + 4, 2.0, 1, 2]]
        assert (await made.ask(AskTrace(id=2, row=99)))["data"]["points"] == []


async def test_the_status_has_facts_interfaces_and_the_doctors_checks() -> None:
    async with desk() as made:
        data = (await made.ask(AskStatus(id=1)))["data"]
        assert {"name": "Collector", "value": "0.1.0, pid 4700"} in data["facts"]
        assert data["interfaces"][0] == {
            "name": "eth0",
            "state": "capturing",
            "reason": "",
            "addresses": ["192.168.1.5"],
            "last_packet": 1_700_000_020.0,
        }
        assert {check["verdict"] for check in data["checks"]} <= {"ok", "warning", "failed"}
        assert "loss" in [check["name"] for check in data["checks"]]
        assert (data["uptime"], data["clients"], data["degraded"]) == (21.0, 0, [])


async def test_the_status_says_also_what_the_stream_does_not_show_though_the_viewer_may_see_it_by_now() -> None:
    async with desk() as made:
        made.encoder.caller = Caller(uid=1000, sees=Visibility.OWN)
        assert (await made.client.status()).caller.sees is Visibility.ALL
        assert [each["code"] for each in (await made.ask(AskStatus(id=1)))["data"]["degraded"]] == ["caller.own"]


async def test_start_stop_and_clear_are_done_and_say_what_happened() -> None:
    async with desk() as made:
        texts = [
            (await made.ask(AskControl(id=1, what=what)))["data"]["text"]
            for what in ("stop", "stop", "start", "start", "clear")
        ]
        assert texts[:4] == [
            "Monitoring is stopped, for everybody.",
            "Monitoring was stopped already.",
            "Monitoring runs again.",
            "Monitoring runs already.",
        ]
        assert texts[4].startswith("Statistics are cleared: sums count from ")
        assert made.fake.monitoring_state is MonitoringState.RUNNING


async def test_who_may_not_is_told_who_may() -> None:
    async with desk() as made:
        made.fake.refuse(control_only=True)
        said = await made.ask(AskControl(id=7, what="stop"))
        assert (said["id"], said["ok"]) == (7, False)
        assert said["command"] == f"netmon-cli --socket {made.fake.socket} status"
        assert said["text"].startswith("The collector refused (not for this user). Root, whoever started")


async def test_without_a_collector_the_answer_says_how_to_start_one() -> None:
    async with desk() as made:
        made.fake.kill(keep_file=False)
        said = await made.ask(AskStatus(id=1))
        assert not said["ok"]
        assert said["command"].startswith(f"{sudo_command('netmon-collector')} --socket ")


def test_checks_of_a_status_know_the_last_seconds() -> None:
    data = status_fields(a_status(), Bandwidth().samples, "/run/own.sock", Caller())
    assert [check["fact"] for check in data["checks"] if check["name"] == "packets"] == ["the last one came 1s ago"]


async def test_the_payload_of_a_row_is_what_the_kernel_counts() -> None:
    machine = ToyMachine()
    machine.count_payload(machine.open(moved=(10, 20)), 3, 4)
    async with desk() as made:
        made.encoder.add(machine.tick(), is_counting=True)
        assert (await made.ask(AskPayload(id=1, row=1)))["data"] == {"sent": 3, "received": 4}
        assert (await made.ask(AskPayload(id=1, row=9)))["data"] == {"sent": None, "received": None}


async def test_an_explanation_is_the_collectors_of_now() -> None:
    async with desk() as made:
        row = a_connection("c1", process=a_process())
        made.fake.publish(a_snapshot((row,)))
        ask = AskExplain(id=1, connection="c1", instance=made.fake.instance_id)
        assert (await made.ask(ask))["data"]["nothing"] == "Nothing that is still held"
        said = await made.ask(AskExplain(id=1, connection="c1", instance="the run before"))
        assert said["data"] == {"forgotten": "The connection ended and was forgotten meanwhile."}


def test_the_status_has_the_ledger() -> None:
    ledger = InterfaceLedger(name="eth0", total=LedgerSums(system_bytes=10, attributed_bytes=10))
    status = replace(a_status(), ledger=(ledger,))
    account = status_fields(status, Bandwidth().samples, "/run/own.sock", Caller())["account"]
    assert [(each["name"], each["coverage"]) for each in account["interfaces"]] == [("eth0", "100 %")]
