"""How much work a call is, counted in lines of Python: the same on every machine and under any load."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def lines_run(call: Callable[[], object]) -> int:
    """Give how many lines the call runs, its own and those of what it calls. A ValueError ends it like a value."""
    lines = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        call()
    except ValueError:
        return lines
    finally:
        sys.settrace(before)
    return lines
