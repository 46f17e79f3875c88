"""One tab: what it watches, what it is owed, and a sender that never has more than one message on its way."""

import asyncio
import json
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from netmon_dashboard.hub.encoding import Encoder
from netmon_dashboard.hub.vocabulary import Json

SEND_SECONDS: Final = 30.0
"""How long one message may take to leave: a tab that takes longer is frozen."""

SIGN_OF_LIFE_SECONDS: Final = 5.0
"""After so much silence the state is said again: a tab gives up a socket that says nothing for 10 s."""

ASKS_IN_FLIGHT: Final = 8
MESSAGE_BYTES: Final = 64 * 1024

REFUSED: Final = 1008  # RFC 6455, section 7.4.1: a policy is violated
TRY_LATER: Final = 1013  # IANA's registry of WebSocket close codes


class TabClosed(Exception):
    """The tab must be closed, or is. ``code`` and ``reason`` are those of the close frame."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Wire(Protocol):
    """The socket of a tab, as far as its sender needs it."""

    async def send_text(self, data: str, /) -> None:
        """Send; return when there is room for more."""
        ...


class Tab:
    """What one tab is owed. The newest of a kind replaces an older one that has not been sent: nothing queues up."""

    def __init__(self, wire: Wire, encoder: Callable[[], Encoder]) -> None:
        self.asks_in_flight = 0
        self._wire = wire
        self._encoder = encoder
        self._wake = asyncio.Event()
        self._hello: str | None = None
        self._state: str | None = None
        self._newest_state: str | None = None
        self._answers: deque[str] = deque()
        self._is_watching = False
        self._with_rows = False
        self._with_domains = False
        self._is_paused = False
        self._owes_full = False
        self._sent_step: int | None = None
        self._after_step = 0

    def greet(self, hello: str, *, after_step: int = 0) -> None:
        """Owe a hello; numbers may mean something else from now on, so a full state follows.

        ``after_step``: the newest step is of before that hello, so that full state waits for the next one.
        """
        self._hello = hello
        self._sent_step = None
        self._after_step = after_step
        self._wake.set()

    def tell_state(self, state: str) -> None:
        """Owe a state."""
        self._state = self._newest_state = state
        self._wake.set()

    def answer(self, answer: str) -> None:
        """Owe an answer. There are at most as many as there may be asks in flight."""
        self._answers.append(answer)
        self._wake.set()

    def notice(self) -> None:
        """There is a new step."""
        self._wake.set()

    def watch(self, *, with_rows: bool, with_domains: bool = False) -> None:
        """Send data from now on, a full state first: that one while it is paused too, since another page shows it."""
        self._is_watching, self._with_rows, self._with_domains = True, with_rows, with_domains
        self._owes_full = True
        self._sent_step = None
        self._wake.set()

    def pause(self) -> None:
        """Send no data until it is resumed, or asked for by another page."""
        self._is_paused = True
        self._owes_full = False

    def resume(self) -> None:
        """Send data again, a full state first."""
        self._is_paused = False
        self._sent_step = None
        self._wake.set()

    async def send_all(self) -> None:
        """Send what is owed, for ever. Raise TabClosed when a message does not leave within 30 s."""
        while True:
            self._wake.clear()
            while (text := self._next()) is not None:
                try:
                    async with asyncio.timeout(SEND_SECONDS):
                        await self._wire.send_text(text)
                except TimeoutError:
                    raise TabClosed(TRY_LATER, "the tab takes no messages") from None
            try:
                async with asyncio.timeout(SIGN_OF_LIFE_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                self._state = None if self._is_paused else self._newest_state

    def _next(self) -> str | None:
        """Give the next message that is owed: hello and state go first, then answers, then data."""
        if self._hello is not None:
            text, self._hello = self._hello, None
            return text
        if self._state is not None:
            text, self._state = self._state, None
            return text
        if self._answers:
            self.asks_in_flight -= 1
            return self._answers.popleft()
        return self._data()

    def _data(self) -> str | None:
        encoder = self._encoder()
        step = encoder.step
        if not self._is_watching or (self._is_paused and not self._owes_full) or encoder.snapshot is None:
            return None
        if step == self._sent_step or step <= self._after_step:
            return None
        is_next = self._sent_step == step - 1 and not encoder.needs_full
        self._sent_step = step
        self._owes_full = False
        write_text = encoder.tick_text if is_next else encoder.full_text
        return write_text(with_rows=self._with_rows, with_domains=self._with_domains)


def read_message(text: str) -> dict[str, Json]:
    """Read a message of a tab. Raise TabClosed for one that no tab of ours sends."""
    if len(text) > MESSAGE_BYTES:
        raise TabClosed(REFUSED, "the message is too long")
    try:
        message: Json = json.loads(text)
    except (ValueError, RecursionError):
        raise TabClosed(REFUSED, "the message is no JSON") from None
    if not isinstance(message, dict):
        raise TabClosed(REFUSED, "the message is no object")
    return message  # pyright: ignore[reportUnknownVariableType] -- JSON's keys are text
