"""What changes things for everybody: who may, how often, and a line in the log of each time."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from netmon.serving.callers import Caller, caller_of, check_control
from netmon.serving.errors import Context, Exhausted, ServiceError
from netmon.serving.refusals import Refusals

_USERS_LIMIT: Final = 1024
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlRate:
    """How often one user may control: so many times at once, and then as fast as they come back."""

    burst: int = 20
    per_second: float = 1.0


@dataclass(slots=True)
class _Allowance:
    left: float
    since: float


@dataclass(slots=True)
class Deed:
    """What is being done; ``result`` is what the log says of it when it has ended well."""

    result: str = "done"


class ControlDesk:
    """Where control is asked for. The log names users and processes by number, never what was asked about."""

    def __init__(self, rate: ControlRate = ControlRate()) -> None:
        self._rate = rate
        self._allowances: dict[int, _Allowance] = {}
        self._refused = Refusals("control refused")

    @contextmanager
    def doing(self, what: str, context: Context) -> Generator[Deed, None, None]:
        """Do ``what`` for the caller of this call. Raises NotPermitted; Exhausted where it is asked for too often."""
        caller = caller_of(context)
        self._admit(what, caller, asyncio.get_running_loop().time())
        deed = Deed()
        result = "failed"
        try:
            yield deed
            result = deed.result
        except ServiceError as error:
            result = f"refused, {error.reason}"
            raise
        except (asyncio.CancelledError, GeneratorExit):
            result = "broken off"
            raise
        finally:
            _LOGGER.info("control: %s by user %d, process %d: %s", what, caller.uid, caller.pid, result)

    def _admit(self, what: str, caller: Caller, now: float) -> None:
        self._refused.say(now)
        try:
            check_control(caller)
            self._take(caller.uid, now)
        except ServiceError:
            self._refused.note(what, caller.uid)
            self._refused.say(now)
            raise

    def _take(self, uid: int, now: float) -> None:
        rate = self._rate
        allowance = self._allowances.get(uid)
        if allowance is None:
            if len(self._allowances) >= _USERS_LIMIT:
                self._allowances.clear()
            allowance = self._allowances[uid] = _Allowance(rate.burst, now)
        allowance.left = min(float(rate.burst), allowance.left + (now - allowance.since) * rate.per_second)
        allowance.since = now
        if allowance.left < 1:
            raise Exhausted(
                "TOO_OFTEN",
                f"user {uid} asks for this too often: {rate.burst} times at once, then {rate.per_second:g} a second",
            )
        allowance.left -= 1
