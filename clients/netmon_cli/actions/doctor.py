"""What ``doctor`` does: walks from this program outwards and says where the way ends."""

import stat
from pathlib import Path

from netmon_cli.documents import document, line, pretty
from netmon_cli.render.palette import Palette, Style
from netmon_cli.render.text import advice_lines, wrapped
from netmon_cli.session import Session
from netmon_cli.shape import Shape
from netmon_client.checks import Check, Verdict, collector_checks
from netmon_client.clock import monotonic, wall_time
from netmon_client.errors import CollectorUnreachable, NetmonError, NotPermitted
from netmon_client.history_checks import recorder_checks, recorder_problem
from netmon_client.printable import visible
from netmon_client.socket_path import start_command

__all__ = ["check_lines", "examine"]

_RECORDER_SECONDS = 2.0
_MARKS = {
    Verdict.GOOD: ("✓", Style.GREEN),
    Verdict.WARNING: ("!", Style.YELLOW),
    Verdict.BAD: ("✗", Style.RED),
}


def examine(session: Session, shape: Shape) -> int:
    """Check everything and print it; give the exit code."""
    checks, exit_code = _examine(session)
    checks += _recorder(session)
    exit_code = exit_code or int(any(check.verdict is Verdict.BAD for check in checks))
    if shape.is_table:
        terminal = session.terminal()
        session.write(*check_lines(checks, terminal.palette, terminal.width))
    else:
        objects = [
            {"name": check.name, "verdict": check.verdict.value, "fact": check.fact, "fix": check.fix or None}
            for check in checks
        ]
        if shape.format == "jsonl":
            session.write(*(line(document("check", each)) for each in objects))
        else:
            session.write(pretty(document("doctor", {"checks": objects, "exit_code": exit_code})))
    return exit_code


def check_lines(checks: list[Check], palette: Palette, width: int | None = None) -> list[str]:
    """Give the lines of each check, and under them its fix, which is never broken: it is to be typed."""
    names = max(len(check.name) for check in checks)
    lines: list[str] = []
    for check in checks:
        mark, style = _MARKS[check.verdict]
        told = f"{mark} {visible(check.name):<{names}}  {visible(check.fact)}"
        first, *more = wrapped(told, width, indent=names + 4)
        lines += [palette.paint(mark, style) + first.removeprefix(mark), *more]
        if check.fix:
            before = " " * (names + 4)
            fix = advice_lines(f"{before}→ {visible(check.fix)}", width)
            lines += [before + palette.paint(piece.removeprefix(before), Style.DIM) for piece in fix]
    return lines


def _examine(session: Session) -> tuple[list[Check], int]:
    path = session.socket_path
    checks = [_socket(path)]
    if checks[0].verdict is Verdict.BAD:
        return checks, CollectorUnreachable.exit_code
    with session.client() as client:
        began = monotonic()
        try:
            status = client.status()
            took = monotonic() - began
            samples = client.bandwidth(10.0).samples
        except NetmonError as error:
            return [*checks, *_failed(error)], error.exit_code
        checks.append(Check(name="permission", verdict=Verdict.GOOD, fact="this user may connect"))
        fact = f"netmon {status.version} answers in {took * 1000:.0f} ms"
        checks.append(Check(name="handshake", verdict=Verdict.GOOD, fact=fact))
    checks += collector_checks(status, samples, status.start_time + status.uptime_seconds, socket=path)
    return checks, int(any(check.verdict is Verdict.BAD for check in checks))


def _recorder(session: Session) -> list[Check]:
    """Ask the recorder: it works without the collector, and the collector without it."""
    try:
        with session.history(_RECORDER_SECONDS) as client:
            return recorder_checks(
                client.status(), wall_time(), socket=session.recorder_path, collector_socket=session.socket_path
            )
    except NetmonError as error:
        return [recorder_problem(error, session.recorder_path)]


def _socket(path: str) -> Check:
    """Look at the file before anybody connects. Where a directory may not be entered, connecting says why."""
    fix = start_command(path)
    try:
        mode = Path(path).stat().st_mode
    except PermissionError:
        return Check(name="socket", verdict=Verdict.WARNING, fact=f"{path} cannot be seen from this account")
    except OSError as error:
        fact = f"{path}: {(error.strerror or str(error)).lower()}"
        return Check(name="socket", verdict=Verdict.BAD, fact=fact, fix=fix)
    if not stat.S_ISSOCK(mode):
        return Check(
            name="socket", verdict=Verdict.BAD, fact=f"{path} is no socket", fix="netmon-cli --socket PATH doctor"
        )
    return Check(name="socket", verdict=Verdict.GOOD, fact=path)


def _failed(error: NetmonError) -> list[Check]:
    fact = f"{error.what} ({error.why})" if error.why else error.what
    if isinstance(error, NotPermitted):
        return [Check(name="permission", verdict=Verdict.BAD, fact=fact, fix=error.remedy)]
    if isinstance(error, CollectorUnreachable):
        return [Check(name="connection", verdict=Verdict.BAD, fact=fact, fix=error.remedy)]
    permitted = Check(name="permission", verdict=Verdict.GOOD, fact="this user may connect")
    return [permitted, Check(name="handshake", verdict=Verdict.BAD, fact=fact, fix=error.remedy)]
