"""Figures that glide arrive, share their frames, and stand still for who wants that."""

from pathlib import Path

from tests.support.javascript import check, each_test_of

FILE = Path(__file__).with_name("glide.test.mjs")


@each_test_of(FILE)
def test_in_node(name: str) -> None:
    check(FILE, name)
