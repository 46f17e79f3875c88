"""Numbers are small, stable and never given twice."""

from netmon_dashboard.hub.numbering import Numbering


def test_an_id_keeps_its_number() -> None:
    numbers = Numbering()
    assert [numbers.number(key) for key in ("a", "b", "a")] == [1, 2, 1]
    assert (numbers.known("b"), numbers.known("c")) == (2, None)
    assert ("a" in numbers, "c" in numbers, len(numbers)) == (True, False, 2)


def test_a_number_that_was_given_up_is_not_given_again() -> None:
    numbers = Numbering()
    numbers.number("a")
    numbers.forget("a")
    numbers.forget("a")
    assert numbers.number("a") == 2


def test_all_but_those_in_use_can_be_given_up() -> None:
    numbers = Numbering(last=10)
    for key in "abc":
        numbers.number(key)
    numbers.keep({"b"})
    assert (len(numbers), numbers.known("b"), numbers.last) == (1, 12, 13)
