"""Programs whose clocks a test sets, as if somebody had, or the machine had slept: ``clock_shim.c``, preloaded."""

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
        self._file.write_bytes(struct.pack("qq", 0, 0))
        self.seconds = 0
        self.slept_seconds = 0
        self.environment = {"LD_PRELOAD": library, "NETMON_CLOCK_SHIFT": str(self._file)}

    def step(self, seconds: int) -> None:
        """Set the clock so many seconds on, or back."""
        self.seconds += seconds
        self._tell()

    def sleep(self, seconds: int) -> None:
        """Have the machine wake up after so many seconds, which the monotonic clock does not count."""
        self.seconds += seconds
        self.slept_seconds += seconds
        self._tell()

    def _tell(self) -> None:
        with self._file.open("r+b") as file:  # in place: the programs have it mapped
            file.write(struct.pack("qq", self.seconds, self.slept_seconds))
