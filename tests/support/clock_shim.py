"""A program whose wall clock a test sets: ``clock_shim.c``, preloaded."""

import struct
import subprocess
from pathlib import Path


class ClockShim:
    """Builds the library in a folder; ``environment`` is what the program is to be run with."""

    def __init__(self, folder: Path) -> None:
        library = str(folder / "clock_shim.so")
        source = str(Path(__file__).with_name("clock_shim.c"))
        command = ["gcc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", source, "-o", library, "-ldl"]
        subprocess.run(command, check=True)
        self._file = folder / "clock_shift"
        self._file.write_bytes(struct.pack("q", 0))
        self.seconds = 0
        self.environment = {"LD_PRELOAD": library, "NETMON_CLOCK_SHIFT": str(self._file)}

    def step(self, seconds: int) -> None:
        """Set the clock so many seconds on, or back."""
        self.seconds += seconds
        with self._file.open("r+b") as file:  # in place: the program has it mapped
            file.write(struct.pack("q", self.seconds))
