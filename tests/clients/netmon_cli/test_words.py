import pytest

from netmon.model import ConnectionState
from netmon_cli.words import state_cell


@pytest.mark.parametrize("state", ConnectionState)
def test_a_state_has_a_glyph_a_word_and_a_short_form(state: ConnectionState) -> None:
    cell = state_cell(state)
    glyph, word = cell.text.split(" ")
    assert len(glyph) == 1
    assert word.isascii()
    assert cell.brief.startswith(glyph)
    assert len(cell.brief) <= 9


def test_states_of_one_glyph_differ_in_their_word() -> None:
    texts = [state_cell(state).text for state in ConnectionState]
    briefs = [state_cell(state).brief for state in ConnectionState]
    assert len(set(texts)) == len(texts)
    assert len(set(briefs)) == len(briefs)
