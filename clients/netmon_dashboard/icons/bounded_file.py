"""Reading files that others wrote: regular ones of a bounded size, and pictures only inside given folders."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

__all__ = ["FolderPattern", "read_inside", "read_regular"]

FolderPattern = tuple[str, ...]
"""The parts of a folder's path after the first "/"; "*" stands for any one part."""

_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
# O_PATH asks for no right to list the folder, as walking through it does; macOS has no such flag.
_WALK = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def read_regular(path: str, limit: int) -> bytes | None:
    """Read a file of at most ``limit`` bytes, following links; None for anything else. Never blocks, never raises."""
    try:
        if not _is_small_file(Path(path).stat(), limit):  # before open: opening some devices does something
            return None
        descriptor = os.open(path, _READ)
    except (OSError, ValueError):  # ValueError: a NUL or what is not text in the path
        return None
    return _read_and_close(descriptor, limit)


def read_inside(path: str, folders: Iterable[FolderPattern], limit: int) -> bytes | None:
    """Read a file that lies in one of these folders once all links are resolved; None for anything else.

    The resolved path is then walked part by part without following a link, so that nobody can put another file in its
    place between the check and the reading.
    """
    try:
        resolved = os.path.realpath(path)
        parts = tuple(resolved.split("/")[1:])
        if not any(_is_inside(parts, folder) for folder in folders) or not _is_small_file(Path(resolved).stat(), limit):
            return None
        descriptor = _open_without_links(parts)
    except (OSError, ValueError):
        return None
    return _read_and_close(descriptor, limit)


def _is_inside(parts: tuple[str, ...], folder: FolderPattern) -> bool:
    return len(parts) > len(folder) > 0 and all(
        wanted in ("*", part) for part, wanted in zip(parts, folder, strict=False)
    )


def _is_small_file(found: os.stat_result, limit: int) -> bool:
    return stat.S_ISREG(found.st_mode) and found.st_size <= limit


def _open_without_links(parts: tuple[str, ...]) -> int:
    folder = os.open("/", _WALK)
    try:
        for part in parts[:-1]:
            inner = os.open(part, _WALK, dir_fd=folder)
            os.close(folder)
            folder = inner
        return os.open(parts[-1], _READ | os.O_NOFOLLOW, dir_fd=folder)
    finally:
        os.close(folder)


def _read_and_close(descriptor: int, limit: int) -> bytes | None:
    try:
        if not _is_small_file(os.fstat(descriptor), limit):
            return None
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(limit + 1)  # it may have grown since
        return content if len(content) <= limit else None
    except OSError:
        return None
    finally:
        os.close(descriptor)
