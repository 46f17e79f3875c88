"""A disk of a few megabytes, which a test fills and frees. For root: mount(8)."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from errno import ENOSPC
from pathlib import Path


class SmallDisk:
    """A tmpfs at ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Take all the room that is left."""
        with self._filler.open("ab", buffering=0) as file:
            try:
                while file.write(bytes(4096)):
                    continue
            except OSError as error:
                if error.errno != ENOSPC:
                    raise

    def free(self) -> None:
        """Give it back."""
        self._filler.unlink()


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Generator[SmallDisk]:
    """Mount one, and take it away whatever happened."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", folder], check=True)
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
