"""A file that appears when it is whole: until then it has another name, and goes where something fails."""

import gzip
import os
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from errno import EEXIST
from pathlib import Path
from typing import IO, Final

import click

__all__ = ["opened_output"]

STANDARD_OUTPUT: Final = "-"
_GZIP_LEVEL: Final = 6  # gzip(1)'s own


@contextmanager
def opened_output(path: str, *, zipped: bool, force: bool) -> Generator[IO[bytes]]:
    """Give what to write to; ``-`` is standard output. Raise a usage error for a file that is there already."""
    if path == STANDARD_OUTPUT:
        with _packed(sys.stdout.buffer, zipped=zipped) as stream:
            yield stream
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    if not force and target.exists():
        raise _taken(path)
    number, part = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(number, "wb") as file, _packed(file, zipped=zipped) as stream:
            yield stream
        _appear(Path(part), target, force=force)
    finally:
        Path(part).unlink(missing_ok=True)


def _appear(part: Path, target: Path, *, force: bool) -> None:
    if force:
        part.replace(target)
        return
    try:
        target.hardlink_to(part)  # unlike a rename it takes no name that somebody took meanwhile (link(2))
    except FileExistsError:
        raise _taken(str(target)) from None
    except OSError:
        # A file system without hard links, such as that of many sticks.
        if target.exists():
            raise _taken(str(target)) from None
        part.replace(target)


@contextmanager
def _packed(file: IO[bytes], *, zipped: bool) -> Generator[IO[bytes]]:
    if not zipped:
        yield file
        return
    # Without a time in it the same export is the same file.
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=_GZIP_LEVEL, mtime=0) as packed:
        yield packed  # type: ignore[misc] -- a GzipFile writes bytes, which is all that is asked of it


def _taken(path: str) -> click.UsageError:
    text = f"{path}: {os.strerror(EEXIST).lower()}; --force writes over it"
    return click.UsageError(text, click.get_current_context(silent=True))
