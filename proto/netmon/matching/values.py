"""The values of one term, and the test of a row that they become."""

from collections.abc import Callable, Sequence

from netmon.model import Connection, Network, Range

RowTest = Callable[[Connection], bool]
Values = Sequence[str | Range | Network]
