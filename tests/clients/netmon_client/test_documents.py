import json

from hypothesis import given
from hypothesis import strategies as st

from netmon_client.documents import document, line


def test_a_document_has_the_envelope_of_the_stream() -> None:
    assert list(document("application", {"name": "x", "type": "other"})) == ["schema", "type", "name"]
    assert document("application", {"name": "x"})["schema"] == "netmon.v1"


@given(st.text(alphabet=st.characters(codec=None)))
def test_a_line_reads_back_and_lets_no_terminal_sequence_out(name: str) -> None:
    assert line({"name": name}).isprintable()
    assert json.loads(line({"name": name})) == {"name": name}
