"""Prints a page of a program: ``python -I -m netmon.pages MODULE man|bash|zsh|fish``."""

import sys
from collections.abc import Sequence
from importlib import import_module

from netmon.pages import SHELLS, Program, completion, manual_page


def main(arguments: Sequence[str]) -> int:
    """Print what was asked for; 2 for another number of words, or a kind that there is not."""
    if len(arguments) != 2 or arguments[1] not in ("man", *SHELLS):
        sys.stderr.write(f"usage: python -m netmon.pages MODULE man|{'|'.join(SHELLS)}\n")
        return 2
    module, kind = arguments
    program: Program = import_module(module).program()
    sys.stdout.write(manual_page(program) if kind == "man" else completion(program, kind))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
