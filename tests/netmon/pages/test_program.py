from argparse import ArgumentParser

import pytest

from netmon.pages import Option, Value, options_of


def parser() -> ArgumentParser:
    made = ArgumentParser(prog="try", add_help=False)
    made.add_argument("-o", "--owners", choices=("a", "b"), help="which way")
    made.add_argument("--read", metavar="PATH", help="a  file\n or 5 %%")
    made.add_argument("--record", metavar="DIR")
    made.add_argument("--name", action="append", metavar="NAME", help="one; repeatable")
    made.add_argument("--loop", action="store_const", const=True, help="again")
    made.add_argument("--count", help="how many")
    return made


def test_each_option_is_told_with_what_it_takes() -> None:
    assert options_of(parser()) == [
        Option(names=("-o", "--owners"), value=Value.CHOICE, help="which way", word="a|b", choices=("a", "b")),
        Option(names=("--read",), value=Value.FILE, help="a file or 5 %", word="PATH"),
        Option(names=("--record",), value=Value.DIRECTORY, help="", word="DIR"),
        Option(names=("--name",), value=Value.OTHER, help="one; repeatable", word="NAME", is_repeatable=True),
        Option(names=("--loop",), value=Value.NONE, help="again"),
        Option(names=("--count",), value=Value.OTHER, help="how many", word="COUNT"),
    ]


def test_a_parser_with_other_arguments_is_refused() -> None:
    made = parser()
    made.add_argument("file")
    with pytest.raises(ValueError, match="options alone"):
        options_of(made)
