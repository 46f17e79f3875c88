"""The command ``netmon-collector``: settings in, an exit code out."""

import logging
import os
import resource
import sys
from collections.abc import Callable, Sequence

from netmon.allocation import share_one_pool
from netmon.model import Degradation
from netmon.program_settings import SettingsError
from netmon.sudo import sudo_command
from netmon_collector import garbage, own_code
from netmon_collector.config import Settings, load_settings
from netmon_collector.invoker import command_lines_of
from netmon_collector.priority import hurry

EXIT_STOPPED = 0
EXIT_CONFIG = 2
EXIT_MISSING = 69
EXIT_OWNERS_LOST = 70
EXIT_ALREADY_RUNNING = 75
EXIT_NO_PERMISSION = 77
EXIT_UNSAFE = 78

_FREE_BYTES = 1 << 20
"""What may stay unused at the end of each process' pool of memory."""

_REFUSED = """\
netmon-collector: no right to capture packets (this needs root or CAP_NET_RAW).
Start it:  {command}
Without root:  netmon-collector --no-capture --socket "$XDG_RUNTIME_DIR/netmon.sock"
               lists sockets and what the kernel counts of them, without packets;
               netmon-collector --read FILE.pcap plays a capture file
"""

_INCOMPLETE = """\
netmon-collector: something that it needs is not installed: {error}
Install it, in netmon's folder:  pip install '.[collector]'
"""

_UNSAFE = """\
netmon-collector: {text}
Whoever can write there is root as soon as it starts. A copy that is root's alone:  {remedy}
"""

_OWNERS_LOST = """\
netmon-collector: the processes that find owners have ended for good: the service ends, to be started anew
"""

_UNSAFE_SERVICE = "As a service it does not start from there.\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the collector until it is told to stop; give its exit code."""
    try:
        settings = load_settings(sys.argv[1:] if arguments is None else arguments, os.environ)
    except SettingsError as error:
        return _say(EXIT_CONFIG, f"netmon-collector: {error}\nSee:  netmon-collector --help\n")
    _set_up(settings)
    unsafe = _look_at_own_code()
    if unsafe is not None and own_code.is_service(os.environ, os.getpid(), os.getppid()):
        return _say(EXIT_UNSAFE, _UNSAFE_SERVICE)
    try:
        collect = _prepared(settings, () if unsafe is None else (unsafe,))
    except ImportError as error:
        return _say(EXIT_MISSING, _INCOMPLETE.format(error=error))
    except (OSError, RuntimeError, LookupError) as error:
        return _say(EXIT_MISSING, f"netmon-collector: {error}\n")
    code, text = collect()
    return _say(code, text)


def _prepared(settings: Settings, warnings: tuple[Degradation, ...]) -> Callable[[], tuple[int, str]]:
    """Split what is to be split, and give what collects until the end: the exit code, and what is to be said.

    The imports are here, so that --help and a clear word come also where libpcap, psutil or grpc are not installed, and
    in this order, so that whoever finds owners has no part of grpc or libpcap. Raises ``ImportError``, and what
    ``split`` raises.
    """
    from netmon_collector.split import is_split, split  # noqa: PLC0415

    parts = split(settings, command_lines_of=command_lines_of(settings)) if is_split(settings) else None

    import asyncio  # noqa: PLC0415

    from netmon.serving import AlreadyRunning  # noqa: PLC0415
    from netmon_collector.daemon import run  # noqa: PLC0415
    from netmon_collector.source import CaptureRefused, OwnersLost, SomethingMissing  # noqa: PLC0415

    garbage.collect_seldom()

    def collect() -> tuple[int, str]:
        try:
            asyncio.run(run(settings, warnings, parts))
        except CaptureRefused:
            return EXIT_NO_PERMISSION, _REFUSED.format(command=sudo_command("netmon-collector"))
        except AlreadyRunning as error:
            return EXIT_ALREADY_RUNNING, f"netmon-collector: {error}\n"
        except OwnersLost:
            return EXIT_OWNERS_LOST, _OWNERS_LOST
        except SomethingMissing as error:
            return EXIT_MISSING, f"netmon-collector: {error}\n"
        except SettingsError as error:
            return EXIT_CONFIG, f"netmon-collector: {error}\n"
        except KeyboardInterrupt:
            return EXIT_STOPPED, ""
        return EXIT_STOPPED, ""

    return collect


def _set_up(settings: Settings) -> None:
    hurry()
    share_one_pool(_FREE_BYTES)
    # A core dump would hold everybody's traffic.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Each client is a descriptor: the usual soft limit of 1,024 is soon reached.
    _, most_files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most_files, most_files))
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.DEBUG if settings.is_verbose else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    # asyncio and grpc tell of their inner workings on the debug level.
    logging.getLogger("asyncio").setLevel(logging.WARNING)
    logging.getLogger("grpc").setLevel(logging.WARNING)


def _look_at_own_code() -> Degradation | None:
    """Say it where others than root may change what runs here with root's rights; give the words for the status."""
    if not own_code.has_privileges():
        return None
    unsafe = own_code.warning(own_code.writable_by_others(own_code.places(list(sys.modules.values()), sys.path)))
    if unsafe is not None:
        sys.stderr.write(_UNSAFE.format(text=unsafe.text, remedy=unsafe.remedy))
    return unsafe


def _say(code: int, text: str) -> int:
    sys.stderr.write(text)
    return code
