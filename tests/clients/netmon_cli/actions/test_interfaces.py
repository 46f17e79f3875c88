import csv
import json

from tests.clients.netmon_cli.conftest import Run


def test_interfaces_have_their_traffic_and_their_state(cli: Run) -> None:
    result = cli("interfaces")
    assert result.code == 0
    assert result.lines[1].split()[:3] == ["eth0", "●", "capturing"]
    assert result.lines[-1].startswith("1 interface")


def test_json_joins_both_sides(cli: Run) -> None:
    document = json.loads(cli("interfaces", "-o", "json").out)
    (eth0,) = document["interfaces"]
    assert (document["type"], eth0["state"], eth0["link_type"]) == ("interfaces", "capturing", "ethernet")
    assert eth0["traffic"]["received_bytes"] > 0
    (line,) = cli("interfaces", "-o", "jsonl").lines
    assert json.loads(line)["type"] == "interface"
    assert cli("interfaces", "-o", "csv").lines[0].startswith("name,state,received_bytes_per_second")


def test_csv_has_times_as_everywhere(cli: Run) -> None:
    head, row, *_ = csv.reader(cli("interfaces", "-o", "csv").lines)
    assert dict(zip(head, row, strict=True))["last_packet_time"] == "2023-11-14T22:13:40Z"
