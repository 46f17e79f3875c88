"""The doctor's questions about the recorder. None of them fails the whole: the live views need no history."""

from netmon.model import RecordingState, StorageState, StorageStatus, Visibility
from netmon_client.checks import Check, Verdict
from netmon_client.errors import NetmonError, RecorderUnreachable
from netmon_client.history_answers import HistoryStatus
from netmon_client.history_words import storage_words
from netmon_client.peer import RECORDER
from netmon_client.socket_path import cli_command, recorder_cli_command, start_command
from netmon_client.units import ByteUnits, format_age, format_bytes

__all__ = ["history_words", "recorder_checks", "recorder_problem"]

_LONGEST_DAY_SECONDS = 25 * 3600.0


def recorder_checks(
    status: HistoryStatus, now: float, *, socket: str, collector_socket: str, units: ByteUnits = "si"
) -> list[Check]:
    """Check what a recorder says of itself and of its storage. ``now``: Unix seconds.

    ``socket``: its path, and ``collector_socket`` the collector's: for the commands that mend.
    """
    said = [*status.recorder.degraded, *status.storage.degraded]
    checks = [_recording(status, now, collector_socket), _storage(status, socket, units), *_seconds(status)]
    facts = {check.fact for check in checks}
    return [
        *checks,
        *(
            Check(name=each.code, verdict=Verdict.WARNING, fact=each.text, fix=each.remedy)
            for each in said
            if each.text not in facts
        ),
    ]


def recorder_problem(error: NetmonError, socket: str) -> Check:
    """Say why no recorder answers at ``socket``: one that does not run is a choice, and so a warning."""
    if isinstance(error, RecorderUnreachable):
        fact = f"no history is kept: {error.what}" + (f" ({error.why})" if error.why else "")
        return Check(name="recorder", verdict=Verdict.WARNING, fact=fact, fix=RECORDER.start_command(socket))
    fact = f"{error.what} ({error.why})" if error.why else error.what
    return Check(name="recorder", verdict=Verdict.WARNING, fact=fact, fix=error.remedy)


def history_words(status: HistoryStatus, now: float, units: ByteUnits = "si") -> str:
    """Say in one line what is kept. ``now``: Unix seconds.

    Who sees their own part alone is told neither rows nor bytes.
    """
    storage = status.storage
    oldest = _oldest_time(storage)
    back = "" if oldest is None else f"{format_age(now - oldest)} back"
    if status.recorder.caller.sees is Visibility.OWN:
        return f"kept {back}" if back else "nothing is kept yet"
    rows = sum(tier.row_count for tier in storage.tiers)
    return ", ".join(filter(None, (f"{rows:,} rows", format_bytes(storage.file_bytes, units), back)))


def _oldest_time(storage: StorageStatus) -> float | None:
    """Give the oldest that is kept. A day begins before what is in it: it counts only where nothing finer does."""
    finest = max((tier.oldest_time for tier in storage.tiers if tier.oldest_time is not None), default=None)
    older = [tier.oldest_time for tier in storage.tiers if tier.oldest_time is not None]
    if finest is None or finest - min(older) < _LONGEST_DAY_SECONDS:
        return finest
    return min(older)


def _recording(status: HistoryStatus, now: float, collector_socket: str) -> Check:
    recorder = status.recorder
    since = format_age(now - recorder.recording_since)
    match recorder.recording_state:
        case RecordingState.RECORDING:
            return Check(name="recorder", verdict=Verdict.GOOD, fact=f"records since {since}, pid {recorder.pid}")
        case RecordingState.WAITING:
            fact = f"waits for the collector since {since}"
            return Check(name="recorder", verdict=Verdict.WARNING, fact=fact, fix=start_command(collector_socket))
        case _:
            fact = f"records nothing since {since}: monitoring is stopped"
            return Check(
                name="recorder", verdict=Verdict.WARNING, fact=fact, fix=cli_command(collector_socket, "start")
            )


def _seconds(status: HistoryStatus) -> list[Check]:
    reason = status.recorder.seconds_reason
    return [Check(name="seconds", verdict=Verdict.GOOD, fact=f"seconds are {reason}")] if reason else []


def _storage(status: HistoryStatus, socket: str, units: ByteUnits) -> Check:
    storage = status.storage
    kept = history_words(status, storage.last_write_time or status.recorder.start_time, units)
    if storage.state is StorageState.WRITING:
        free = format_bytes(storage.disk_available_bytes, units)
        return Check(name="history", verdict=Verdict.GOOD, fact=f"{kept}; {free} free on its disk")
    fact = f"{storage_words(storage.state)}; {kept}"
    fix = f"{recorder_cli_command(socket, 'cleanup --older-than 30d')}   (or free the disk)"
    return Check(name="history", verdict=Verdict.BAD, fact=fact, fix=fix)
