import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from netmon_dashboard.icons import finder as finder_module
from netmon_dashboard.icons.finder import IconFinder
from netmon_dashboard.icons.picture import Picture
from tests.support.eventually import eventually as eventually_true
from tests.support.icon_tree import png
from tests.support.own_log import own_records


@dataclass
class Source:
    """Icons of memory: path → picture. Waits at the gate while it is closed."""

    pictures: dict[str, Picture] = field(default_factory=dict[str, Picture])
    asked: list[str] = field(default_factory=list[str])
    scans: int = 0
    gate: threading.Event = field(default_factory=threading.Event)

    def find(self, path: str, _name: str) -> Picture | None:
        self.gate.wait(10)
        self.asked.append(path)
        if path == "/broken":
            raise RuntimeError("a mistake of ours")
        return self.pictures.get(path)

    def rescan(self) -> None:
        self.scans += 1


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def source() -> Source:
    source = Source(pictures={"/a": Picture(content=png(48), media_type="image/png")})
    source.gate.set()
    return source


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def finder(source: Source, clock: Clock) -> Iterator[IconFinder]:
    finder = IconFinder(source, clock=clock)
    yield finder
    source.gate.set()
    finder.close()


async def eventually(look: Callable[[], bool]) -> None:
    await eventually_true(look, what="the thread's answer")


def key_of(url_path: str) -> str:
    assert url_path.startswith("/netmon/icon/")
    return url_path.removeprefix("/netmon/icon/")


async def test_an_icon_appears_when_it_was_found(finder: IconFinder, source: Source) -> None:
    source.gate.clear()
    assert finder("/a", "a") == ""
    assert finder("/a", "a") == ""
    source.gate.set()
    await eventually(lambda: finder("/a", "a") != "")
    assert source.asked == ["/a"]
    picture = finder.picture(key_of(finder("/a", "a")))
    assert picture == source.pictures["/a"]


async def test_what_has_none_is_asked_for_once(finder: IconFinder, source: Source) -> None:
    finder("/b", "b")
    await eventually(lambda: source.asked == ["/b"])
    finder("/a", "a")
    await eventually(lambda: finder("/a", "a") != "")
    assert finder("/b", "b") == ""
    assert source.asked == ["/b", "/a"]


async def test_one_picture_has_one_key_that_tells_nothing(finder: IconFinder, source: Source) -> None:
    source.pictures["/c"] = source.pictures["/a"]
    await eventually(lambda: finder("/a", "a") != "" and finder("/c", "c") != "")
    key = key_of(finder("/a", "a"))
    assert finder("/c", "c") == finder("/a", "a")
    assert len(key) == 30
    other = IconFinder(source)
    await eventually(lambda: other("/a", "a") != "")
    other.close()
    assert key_of(other("/a", "a")) != key


def test_a_key_that_was_not_given_out_has_no_picture(finder: IconFinder) -> None:
    assert [finder.picture(key) for key in ("", "0", "../a", "/a", "\0")] == [None] * 5


async def test_after_minutes_it_is_looked_again_while_the_old_answer_stands(
    finder: IconFinder, source: Source, clock: Clock
) -> None:
    await eventually(lambda: finder("/a", "a") != "")
    before = finder("/a", "a")
    source.pictures["/a"] = Picture(content=png(64), media_type="image/png")
    clock.now += 299
    assert finder("/a", "a") == before
    assert source.asked == ["/a"]
    clock.now += 2
    source.gate.clear()
    assert finder("/a", "a") == before
    source.gate.set()
    await eventually(lambda: finder("/a", "a") != before)
    assert source.scans == 1


async def test_a_mistake_costs_one_icon_and_is_told(finder: IconFinder, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        finder("/broken", "secret-name")
        await eventually(lambda: finder("/a", "a") != "")
    assert [record.message for record in own_records(caplog)] == ["looking for an icon failed"]
    assert "secret-name" not in caplog.text


async def test_memory_is_bounded(finder: IconFinder, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder_module, "_MOST_BYTES", len(png(48)) + 10)
    monkeypatch.setattr(finder_module, "_MOST_ANSWERS", 3)
    source.pictures["/b"] = Picture(content=png(64), media_type="image/png")
    await eventually(lambda: finder("/a", "a") != "")
    for path in ("/b", "/c", "/d"):
        finder(path, "x")
    await eventually(lambda: source.asked == ["/a", "/b", "/c", "/d"])
    finder("/a", "a")  # forgotten, and found again
    await eventually(lambda: finder("/a", "a") != "")
    assert finder("/b", "x") == ""


async def test_those_who_wait_are_bounded(finder: IconFinder, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finder_module, "_MOST_WAITING", 2)
    source.gate.clear()
    for path in ("/1", "/2", "/3", "/4"):
        finder(path, "x")
    source.gate.set()
    finder_before = ["/1", "/2"]
    await eventually(lambda: source.asked == finder_before)


async def test_a_closed_finder_answers_and_asks_no_more(finder: IconFinder, source: Source) -> None:
    await eventually(lambda: finder("/a", "a") != "")
    finder.close()
    assert finder("/a", "a") != ""
    assert finder("/b", "b") == ""
    assert source.asked == ["/a"]
