from collections.abc import Iterator
from typing import BinaryIO

DLT_EN10MB: int
DLT_RAW: int
DLT_LINUX_SLL: int

class Reader:
    def __init__(self, fileobj: BinaryIO) -> None: ...
    def __iter__(self) -> Iterator[tuple[float, bytes]]: ...
    def datalink(self) -> int: ...

class Writer:
    def __init__(
        self,
        fileobj: BinaryIO,
        snaplen: int = ...,
        linktype: int = ...,
        nano: bool = ...,
    ) -> None: ...
    def writepkt(self, pkt: object, ts: float | None = ...) -> None: ...
    def close(self) -> None: ...
