"""A file that appears when it is whole: until then it has another name, and goes where something fails.

A device and a pipe take what comes as it comes: there is no file that could be replaced.
"""

import gzip
import os
import stat
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
    status = _status(path)
    if status is not None and (stat.S_ISCHR(status.st_mode) or stat.S_ISFIFO(status.st_mode)):
        with os.fdopen(os.open(path, os.O_WRONLY), "wb") as file, _packed(file, zipped=zipped) as stream:
            yield stream
        return
    target = _target(path, status, force=force)
    number, part = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(number, "wb") as file, _packed(file, zipped=zipped) as stream:
            yield stream
        _appear(Path(part), target, force=force)
    finally:
        Path(part).unlink(missing_ok=True)


def _status(path: str) -> os.stat_result | None:
    """Give what is there, behind links; the kernel follows none that a stranger left in /tmp (protected_symlinks)."""
    try:
        return Path(path).stat()
    except FileNotFoundError:
        return None


def _target(path: str, status: os.stat_result | None, *, force: bool) -> Path:
    """Give the name that the file gets: behind a link that of the file to which it leads."""
    if status is None:
        return Path(path)
    target = Path(path).resolve()
    # Another inode: the link was changed after the kernel followed it, or leads to what has no name any more.
    if not stat.S_ISREG(status.st_mode) or not target.exists() or not os.path.samestat(status, target.lstat()):
        text = f"{path} is nothing that a file could replace; -O - is standard output"
        raise click.UsageError(text, click.get_current_context(silent=True))
    if not force:
        raise _taken(path)
    return target


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
