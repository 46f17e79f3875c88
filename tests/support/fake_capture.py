"""A network without a kernel: handles that do what a test says, and a loop that remembers who waits."""

import errno
import itertools
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from netmon_collector.core.interfaces import Choice, InterfaceFacts, InterfaceKind

ETHERNET = 1

_descriptors = itertools.count(1_000)


def interface(name: str, index: int, **more: object) -> InterfaceFacts:
    values: dict[str, object] = {"is_up": True, "kind": InterfaceKind.PHYSICAL} | more
    return InterfaceFacts(name=name, index=index, **values)  # pyright: ignore[reportArgumentType]


def captured(name: str, index: int = 2) -> Choice:
    return Choice(name=name, capture=True, facts=interface(name, index))


def down(name: str, index: int = 2) -> Choice:
    reason = "the interface is down"
    return Choice(name=name, capture=False, is_down=True, reason=reason, facts=interface(name, index, is_up=False))


def left_out(name: str, index: int = 2) -> Choice:
    return Choice(name=name, capture=False, reason="excluded by x*", facts=interface(name, index))


def went_down() -> OSError:
    return OSError(errno.ENETDOWN, "the interface is down")


def packets(count: int, second: int = 100) -> tuple[bytes, bytes]:
    records = b"".join(struct.pack("=IIII", second, 500_000, 4 * index, 4) for index in range(count))
    return b"abcd" * count, records


@dataclass
class FakeHandle:
    """``waiting`` is handed out one by one; an exception in it is raised."""

    waiting: list[tuple[bytes, bytes] | OSError] = field(default_factory=list[tuple[bytes, bytes] | OSError])
    counted: tuple[int, int, int] | OSError = (0, 0, 0)
    link_type: int = ETHERNET
    is_closed: bool = False
    descriptor: int = field(default_factory=lambda: next(_descriptors))

    def fileno(self) -> int:
        assert not self.is_closed
        return self.descriptor

    def read(self, max_packets: int = 4096) -> tuple[bytes, bytes]:
        assert not self.is_closed
        if not self.waiting:
            return b"", b""
        first = self.waiting.pop(0)
        if isinstance(first, OSError):
            raise first
        return first

    def statistics(self) -> tuple[int, int, int]:
        assert not self.is_closed
        if isinstance(self.counted, OSError):
            raise self.counted
        return self.counted

    def close(self) -> None:
        assert not self.is_closed
        self.is_closed = True


@dataclass
class FakeNetwork:
    """Opens handles by name: ``errors`` are raised, and ``opened`` lists what was given out, newest last."""

    errors: dict[str, OSError | ValueError] = field(default_factory=dict[str, OSError | ValueError])
    opened: list[tuple[str, FakeHandle]] = field(default_factory=list[tuple[str, FakeHandle]])
    attempt_count: int = 0

    def open(self, choice: Choice) -> FakeHandle:
        self.attempt_count += 1
        error = self.errors.get(choice.name)
        if error is not None:
            raise error
        handle = FakeHandle()
        self.opened.append((choice.name, handle))
        return handle

    def newest(self, name: str) -> FakeHandle:
        return next(handle for opened, handle in reversed(self.opened) if opened == name)


class FakeTimer:
    """What is to be done later: a test does it when it is."""

    def __init__(self, timers: "list[FakeTimer]", callback: Callable[[], object]) -> None:
        self._timers = timers
        self._callback = callback

    def cancel(self) -> None:
        self._timers.remove(self)

    def fire(self) -> None:
        self._timers.remove(self)
        self._callback()


@dataclass
class FakeLoop:
    """Remembers who waits on which descriptor, and what is to be done later."""

    waiting: dict[int, Callable[[], object]] = field(default_factory=dict[int, Callable[[], object]])
    timers: list[FakeTimer] = field(default_factory=list[FakeTimer])

    def add_reader(self, fd: int, callback: Callable[[], object], /) -> None:
        assert fd not in self.waiting
        self.waiting[fd] = callback

    def remove_reader(self, fd: int, /) -> bool:
        return self.waiting.pop(fd, None) is not None

    def call_later(self, delay: float, callback: Callable[[], object], /) -> FakeTimer:
        assert delay > 0
        timer = FakeTimer(self.timers, callback)
        self.timers.append(timer)
        return timer
