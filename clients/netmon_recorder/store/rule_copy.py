"""The rules of alerts once more, in a file beside the database: they are settings, and outlive one that is damaged."""

import json
import logging
import os
from pathlib import Path
from typing import Any, Final

from netmon.model import AlertRule
from netmon_recorder.store.alert_records import rule_from_text, rule_to_text

_MOST_BYTES: Final = 4 * 1024 * 1024
"""Far more than the rules that are kept at the most take."""

log = logging.getLogger(__name__)


class RuleCopy:
    """A JSON list of the rules' texts. Never read while the database has rules of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[AlertRule, ...]:
        """Give the rules; what is none is left out, and a file that cannot be read holds none."""
        try:
            with self._path.open("rb") as file:
                texts: Any = json.loads(file.read(_MOST_BYTES))
        except FileNotFoundError:
            return ()
        except (OSError, ValueError, RecursionError) as error:
            log.warning("the copy of the alerts' rules cannot be read: %s", type(error).__name__)
            return ()
        rules: list[AlertRule] = []
        for text in texts if isinstance(texts, list) else ():  # pyright: ignore[reportUnknownVariableType]
            try:
                rules.append(rule_from_text(str(text)))  # pyright: ignore[reportUnknownArgumentType]
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                log.warning("a rule of the copy is none: %s", type(error).__name__)
        return tuple(rules)

    def write(self, rules: tuple[AlertRule, ...]) -> None:
        """Keep these, where they are not kept already. The file before is replaced only by a whole one."""
        data = json.dumps([rule_to_text(rule) for rule in rules], indent=1).encode()
        part = self._path.with_name(self._path.name + ".part")
        try:
            if self._is(data):
                return
            part.unlink(missing_ok=True)
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            part.replace(self._path)
        except OSError as error:  # a full disk, say: the next change or start tries again
            log.warning("the alerts' rules could not be copied: %s", type(error).__name__)

    def _is(self, data: bytes) -> bool:
        try:
            with self._path.open("rb") as file:
                return file.read(_MOST_BYTES) == data
        except FileNotFoundError:
            return data == b"[]"
