import pytest

from netmon_cli.render.bar import bar, hatched


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.0, ""), (0.0001, "▏"), (0.25, "██▌"), (0.5, "█████"), (1.0, "██████████"), (7.0, "██████████"), (-1.0, "")],
)
def test_a_bar_is_as_long_as_its_share_and_something_is_never_nothing(share: float, expected: str) -> None:
    assert bar(share, 10) == expected


def test_what_is_unknown_is_hatched() -> None:
    assert hatched(3) == "░░░"
