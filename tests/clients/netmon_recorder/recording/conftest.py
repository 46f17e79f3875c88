import pytest

from tests.support.played_recording import Played


@pytest.fixture
def played() -> Played:
    """A recorder that meets its collector as both begin."""
    both = Played()
    both.meet()
    return both
