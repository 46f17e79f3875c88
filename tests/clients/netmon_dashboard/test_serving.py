from collections.abc import Iterator

import pytest

from netmon_dashboard.serving import Serving, serve, serving


@pytest.fixture(autouse=True)
def nothing_stays() -> Iterator[None]:
    yield
    serve(None)


def test_nothing_is_served_until_a_server_says_so() -> None:
    assert serving() is None


def test_what_was_set_last_is_served() -> None:
    serve(Serving(route="/first"))
    serve(Serving(route="/second"))
    assert serving() == Serving(route="/second")
    serve(None)
    assert serving() is None
