"""The manual page and the shells' completions of a program, made from the parser that reads its command line.

So they cannot tell another story than the program. ``python -I -m netmon.pages MODULE man|bash|zsh|fish`` prints one:
``MODULE`` has a function ``program`` that gives the `Program`.
"""

from netmon.pages.completion import SHELLS, completion
from netmon.pages.manual import manual_page
from netmon.pages.program import Option, Program, Value, options_of

__all__ = ["SHELLS", "Option", "Program", "Value", "completion", "manual_page", "options_of"]
