"""The icons that this dashboard gives out: found in a thread of its own, so that nobody waits for a disk."""

import logging
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from threading import Lock
from typing import Final, Protocol

from netmon_client.clock import monotonic
from netmon_dashboard.icons.picture import Picture

__all__ = ["IconFinder", "IconSource"]

ROUTE: Final = "/netmon/icon/"
_MOST_ANSWERS: Final = 4000
_MOST_WAITING: Final = 1000
_MOST_BYTES: Final = 32 * 1024 * 1024
_FRESH_SECONDS: Final = 300.0

_logger = logging.getLogger(__name__)


class IconSource(Protocol):
    """Where icons come from. Asked from one thread at a time; may be slow, never raises."""

    def find(self, path: str, name: str, /) -> Picture | None:
        """Give the icon of an application by the path and the name that the collector gave it."""
        ...

    def rescan(self) -> None:
        """Forget what was read: something may have been installed since."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    url_path: str
    time: float


class IconFinder:
    """Path and name of an application → URL path of its icon. Never blocks: "" until it was looked for.

    Ask again (each tick is fine: an answer is a look into a dict); it appears when it is found, and what was installed
    or removed since is noticed within some minutes. Pictures are kept in memory, under keys that say nothing of where
    they are from, so that the route reads no file. At most 32 MB of them; what comes after has no icon.
    """

    def __init__(self, source: IconSource, *, clock: Callable[[], float] = monotonic) -> None:
        self._source = source
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="netmon-icons")
        self._lock = Lock()
        self._answers: OrderedDict[tuple[str, str], _Answer] = OrderedDict()
        self._waiting: set[tuple[str, str]] = set()
        self._pictures: dict[str, Picture] = {}
        self._bytes = 0
        self._scan_time = clock()
        self._secret = token_bytes(16)
        self._is_closed = False

    def __call__(self, path: str, name: str, /) -> str:
        """Give the URL path of the icon, "" where there is none or it is still looked for."""
        question = (path, name)
        with self._lock:
            answer = self._answers.get(question)
            is_fresh = answer is not None and self._clock() - answer.time < _FRESH_SECONDS
            if not is_fresh and question not in self._waiting and len(self._waiting) < _MOST_WAITING:
                self._ask(question)
            return answer.url_path if answer is not None else ""

    def picture(self, key: str) -> Picture | None:
        """Give the picture that a key was given out for."""
        return self._pictures.get(key)

    def close(self) -> None:
        """Look for nothing any more. The one look that is under way is not waited for: its folder may not answer."""
        with self._lock:
            self._is_closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _ask(self, question: tuple[str, str]) -> None:
        if not self._is_closed:
            self._waiting.add(question)
            self._thread.submit(self._look, question)

    def _look(self, question: tuple[str, str]) -> None:
        now = self._clock()
        url_path = ""
        try:
            if now - self._scan_time >= _FRESH_SECONDS:
                self._scan_time = now
                self._source.rescan()
            picture = self._source.find(*question)
            url_path = self._keep(picture) if picture is not None else ""
        except Exception:  # the thread's outermost: a picture is never worth the dashboard
            _logger.exception("looking for an icon failed")
        with self._lock:
            self._waiting.discard(question)
            self._answers[question] = _Answer(url_path=url_path, time=now)
            self._answers.move_to_end(question)
            while len(self._answers) > _MOST_ANSWERS:
                self._answers.popitem(last=False)

    def _keep(self, picture: Picture) -> str:
        # By content: two applications with one icon share it, and a browser's copy stays valid. Keyed with a secret,
        # so that a key cannot be worked out from a file that somebody has.
        key = blake2b(picture.content, digest_size=15, key=self._secret).hexdigest()
        if key not in self._pictures:
            if self._bytes + len(picture.content) > _MOST_BYTES:
                return ""
            self._pictures[key] = picture
            self._bytes += len(picture.content)
        return ROUTE + key
