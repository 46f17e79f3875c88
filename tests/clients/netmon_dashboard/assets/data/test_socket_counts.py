"""What the kernel counts of sockets reaches the rows."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("socket_counts.test.mjs")


@each_test_of(FILE)
def test_socket_counts(name: str) -> None:
    check(FILE, name)
