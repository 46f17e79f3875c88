"""Where a run serves: its socket's place, claimed, and handed to the user that the process becomes."""

import os
from dataclasses import replace

from netmon.program_settings import SettingsError
from netmon.serving import ServiceSocket, UnsafeDirectory, access_for_invoker
from netmon_collector.capture.recording import Recorder
from netmon_collector.config import Settings
from netmon_collector.finding.file_maker import FileMaker
from netmon_collector.main_drop import MainDrop
from netmon_collector.source import SomethingMissing

__all__ = ["Place"]


class Place:
    """A socket that nobody can connect to yet. ``AlreadyRunning`` comes from whatever claims it."""

    def __init__(self, settings: Settings, main_drop: MainDrop | None) -> None:
        """Take nothing yet. ``main_drop`` is None where there are no rights to give up.

        ``SettingsError``: who called sudo is said to be nobody.
        """
        self._main_drop = main_drop
        try:
            # Each user of the machine sees their own part of what is captured; a capture file is its reader's alone.
            access = access_for_invoker(os.environ, is_open=settings.is_capturing and settings.read is None)
        except ValueError as error:
            raise SettingsError(str(error)) from error
        if main_drop is not None:
            access = replace(access, server_uid=main_drop.user.uid)
        self.socket = ServiceSocket(settings.socket, access)

    def claim(self) -> None:
        """Make the directory and take the lock. ``SettingsError`` and ``SomethingMissing`` say why that cannot be."""
        try:
            self.socket.claim()
        except UnsafeDirectory as error:
            raise SettingsError(
                f"{error}: the socket must lie in a directory that only its owner can change"
            ) from error
        except ValueError as error:
            raise SettingsError(str(error)) from error
        except OSError as error:
            raise SomethingMissing(f"cannot serve on {self.socket.path}: {error.strerror or error}") from error

    def leave_root(self, recorder: Recorder | None = None) -> None:
        """Claim it, hand it over, and give up all rights that are not needed: after all imports, before any thread.

        ``recorder`` has its files made by a process of its own from then on. Raises as ``claim`` does.
        """
        main_drop = self._main_drop
        if main_drop is None:
            return
        self.claim()
        try:
            self.socket.hand_over(*main_drop.user, enters_all=main_drop.enters_all)
            if recorder is not None:
                recorder.make_files_by(FileMaker(recorder.directory).create)
            main_drop.make(self.socket.path.parent)
        except UnsafeDirectory as error:
            raise SettingsError(str(error)) from error
        except (OSError, RuntimeError) as error:
            raise SomethingMissing(f"rights could not be given up: {error}") from error

    def give_up(self) -> None:
        """Give up what ``leave_root`` claimed, where nothing is going to be served after all."""
        if self._main_drop is not None:
            self.socket.give_up()
