"""The command ``netmon-recorder``: settings in, an exit code out."""

import asyncio
import logging
import os
import resource
import sys
import threading
from collections.abc import Sequence

from netmon.allocation import share_one_pool
from netmon.program_settings import SettingsError
from netmon_recorder.settings import Settings, load_settings
from netmon_recorder.store import StorageError, StorageFull, StorageTaken, StorageTooNew

EXIT_STOPPED = 0
EXIT_CONFIG = 2
EXIT_MISSING = 69
EXIT_DISK_FULL = 74
EXIT_ALREADY_RUNNING = 75
EXIT_TOO_NEW = 78

_FULL_SECONDS = 15.0

_INCOMPLETE = """\
netmon-recorder: something that it needs is not installed: {error}
Install it, in netmon's folder:  pip install '.[recorder]'
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the recorder until it is told to stop; give its exit code."""
    try:
        settings = load_settings(sys.argv[1:] if arguments is None else arguments, os.environ)
    except SettingsError as error:
        return _say(EXIT_CONFIG, f"netmon-recorder: {error}\nSee:  netmon-recorder --help\n")
    _set_up(settings)
    if os.geteuid() == 0:
        sys.stderr.write(
            "netmon-recorder: runs as root, and needs none of it: start it as the user whose history it is\n"
        )
    try:
        code, text = _recorded(settings)
    except ImportError as error:
        return _say(EXIT_MISSING, _INCOMPLETE.format(error=error))
    _say(code, text)
    if code == EXIT_DISK_FULL and "NOTIFY_SOCKET" in os.environ:
        # A service manager starts it anew at once, and gives up after five starts a minute.
        threading.Event().wait(_FULL_SECONDS)
    return code


def _recorded(settings: Settings) -> tuple[int, str]:
    """Record until the end: give the exit code, and what is to be said. ``ImportError``: something is not installed."""
    # Here, so that --help and a clear word come also where grpc's reflection is not installed.
    from netmon.serving import AlreadyRunning  # noqa: PLC0415
    from netmon_recorder.daemon import CannotServe, run  # noqa: PLC0415

    try:
        asyncio.run(run(settings))
    except (StorageTaken, AlreadyRunning) as error:
        return EXIT_ALREADY_RUNNING, f"netmon-recorder: already running, pid {error.pid or 'unknown'}\n"
    except StorageTooNew as error:
        return EXIT_TOO_NEW, f"netmon-recorder: {error}\n"
    except StorageFull as error:
        return EXIT_DISK_FULL, f"netmon-recorder: {error}\n"
    except (StorageError, CannotServe) as error:
        return EXIT_MISSING, f"netmon-recorder: {error}\n"
    except SettingsError as error:
        return EXIT_CONFIG, f"netmon-recorder: {error}\n"
    except KeyboardInterrupt:
        return EXIT_STOPPED, ""
    return EXIT_STOPPED, ""


def _set_up(settings: Settings) -> None:
    # A core dump would hold the user's history; and what is written is for the user alone.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.umask(0o077)
    share_one_pool()
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if settings.is_verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # asyncio and grpc tell of their inner workings on the debug level.
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    logging.getLogger("grpc").setLevel(logging.WARNING)


def _say(code: int, text: str) -> int:
    sys.stderr.write(text)
    return code
