"""The user who started the collector, through sudo."""

import os
import pwd
from collections.abc import Mapping

from netmon_collector.config import Settings

__all__ = ["command_lines_of", "sudo_owner"]


def sudo_owner(environment: Mapping[str, str]) -> tuple[int, int] | None:
    """Give uid and gid of the user who called sudo, from ``SUDO_UID``; None where there is none that exists."""
    text = environment.get("SUDO_UID", "")
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    try:
        user = pwd.getpwuid(int(text))
    except (KeyError, OverflowError):
        return None
    return user.pw_uid, user.pw_gid


def command_lines_of(settings: Settings) -> int | None:
    """Give the user whose command lines are served, if they are wanted: they are for nobody else. None: nobody's."""
    if not settings.keep_command_lines:
        return None
    owner = sudo_owner(os.environ)
    return owner[0] if owner is not None else os.geteuid()
