"""The page's WebSocket: reconnecting, asking, and telling a server that is gone from one that refuses."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("link.test.mjs")


@each_test_of(FILE)
def test_the_link(name: str) -> None:
    check(FILE, name)
