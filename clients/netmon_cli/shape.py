"""What the output options of a command come to."""

from dataclasses import dataclass
from typing import Literal

from netmon_client.units import ByteUnits, RateUnits

__all__ = ["FORMATS", "Format", "Shape"]

Format = Literal["table", "wide", "json", "jsonl", "csv", "tsv"]
FORMATS: tuple[Format, ...] = ("table", "wide", "json", "jsonl", "csv", "tsv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a listing is to come out. ``columns`` empty: the usual ones; ``sort`` empty: the usual order.

    ``limit`` None: all rows. ``trunc``: cells may be shortened to fit a terminal.
    """

    format: Format = "table"
    columns: tuple[str, ...] = ()
    sort: str = ""
    limit: int | None = None
    headers: bool = True
    units: RateUnits = "si"
    numeric: bool = False
    trunc: bool = True

    @property
    def is_table(self) -> bool:
        """Whether people are to read it."""
        return self.format in ("table", "wide")

    @property
    def byte_units(self) -> ByteUnits:
        """The units of sizes: bits are for rates alone."""
        return "iec" if self.units == "iec" else "si"
