"""Entry of ``netmon-cli``. It imports next to nothing: Ctrl-C in the first moments is no traceback either."""

import codecs
import gc
import os
import sys

__all__ = ["main"]

_INTERRUPTED = 130
_GARBAGE_AFTER = 50_000
"""Objects after which the interpreter looks for garbage; its 700 make it look all the time while modules load."""


def main() -> None:
    """Run the program and leave with its exit code.

    With the usual garbage collection a listing took 284 ms of CPU, so 205 (best of 15, a busy machine).
    """
    gc.set_threshold(_GARBAGE_AFTER)
    try:
        from netmon_cli.program import run  # noqa: PLC0415 -- takes 40 ms, in which somebody may press Ctrl-C; so below
        from netmon_client.printable import json_escapes  # noqa: PLC0415

        codecs.register_error("json_escapes", json_escapes)
        _open_what_is_closed()
        for stream in (sys.stdout, sys.stderr):
            # Names may hold what the output's encoding cannot say: an escape is better than an end, and JSON stays so.
            stream.reconfigure(errors="json_escapes")  # type: ignore[union-attr]
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = _INTERRUPTED
    gc.freeze()  # the interpreter's last collection need not look at what goes away with the process anyway
    sys.exit(code)


def _open_what_is_closed() -> None:
    """Let what the caller closed (``>&-``) lead nowhere; its number would be that of our next socket otherwise."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 -- as long as we run


if __name__ == "__main__":
    main()
