"""What users are called: asked for in a thread of its own, as a directory (LDAP, NIS) may take seconds to answer."""

import pwd
import threading
from typing import Final

from netmon.model.text import clean

__all__ = ["WAIT_SECONDS", "UserNames"]

WAIT_SECONDS: Final = 0.5
"""How long a name is waited for: the machine's own files give it in 0.1 ms. A helper that answers nothing for 2 s is
replaced, and the next one would ask the same."""


class UserNames:
    """Names of users by their numbers, kept until they are forgotten. For any thread."""

    def __init__(self) -> None:
        """Know nobody yet."""
        self._names: dict[int, str] = {}
        self._wanted: dict[int, None] = {}
        """Those that a thread asks for, the next one first; it ends when there are none."""
        self._changed = threading.Condition()

    def name(self, uid: int) -> str:
        """Give what a user is called; the number where nobody is called so, or as long as that is not known."""
        with self._changed:
            if uid not in self._names and uid not in self._wanted:
                self._want(uid)
            return self._names.get(uid, str(uid))

    def forget(self) -> None:
        """Ask for all anew."""
        with self._changed:
            self._names.clear()

    def _want(self, uid: int) -> None:
        """Have it asked for, and wait a moment; not where others wait for an answer already."""
        self._wanted[uid] = None
        if len(self._wanted) > 1:
            return
        try:
            threading.Thread(target=self._ask, args=(uid,), name="users", daemon=True).start()
        except RuntimeError:  # there are too many threads
            del self._wanted[uid]
            return
        self._changed.wait_for(lambda: uid in self._names, WAIT_SECONDS)

    def _ask(self, first_uid: int) -> None:
        uid: int | None = first_uid
        while uid is not None:
            name = _name_of(uid)
            with self._changed:
                self._names[uid] = name
                del self._wanted[uid]
                self._changed.notify_all()
                uid = next(iter(self._wanted), None)


def _name_of(uid: int) -> str:
    try:
        return clean(pwd.getpwuid(uid).pw_name)
    except KeyError:
        return str(uid)
