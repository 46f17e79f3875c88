import json

from netmon_cli.documents import document, line, pretty, snapshot_fields
from tests.clients.netmon_cli.rows import HOSTILE_NAME, SNAPSHOT


def test_a_document_has_the_envelope_of_the_stream() -> None:
    assert list(document("application", {"name": "x", "type": "other"})) == ["schema", "type", "name"]
    assert document("application", {"name": "x"})["schema"] == "netmon.v1"


def test_a_snapshot_has_the_fields_of_the_contract() -> None:
    fields = snapshot_fields(SNAPSHOT)
    assert fields["type"] == "snapshot"
    assert len(fields["connections"]) == len(SNAPSHOT.connections)


def test_no_form_lets_a_terminal_sequence_out() -> None:
    value = {"name": HOSTILE_NAME}
    assert line(value).isprintable()
    assert all(part.isprintable() for part in pretty(value).split("\n"))
    assert json.loads(line(value)) == json.loads(pretty(value)) == value
