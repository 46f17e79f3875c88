"""Entry of ``netmon-cli``. It imports next to nothing: Ctrl-C in the first moments is no traceback either."""

import sys

__all__ = ["main"]

_INTERRUPTED = 130


def main() -> None:
    """Run the program and leave with its exit code."""
    try:
        from netmon_cli.program import run  # noqa: PLC0415 -- takes 40 ms, in which somebody may press Ctrl-C

        for stream in (sys.stdout, sys.stderr):
            # Names may hold what the terminal's encoding cannot say: an escape is better than an end.
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = _INTERRUPTED
    sys.exit(code)


if __name__ == "__main__":
    main()
