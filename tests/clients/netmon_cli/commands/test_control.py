import re

from netmon.model import CacheReport
from netmon_client.testing import FakeCollector, FakeRecorder
from tests.clients.netmon_cli.conftest import Run


def test_stop_says_that_it_concerns_everybody_and_start_ends_it(cli: Run) -> None:
    stopped = cli("stop")
    assert stopped.code == 0
    assert stopped.lines == [
        "Monitoring is stopped for everybody on this machine.",
        "Nothing is counted until somebody starts it:  netmon-cli start",
    ]
    assert cli("stop").out == "Monitoring is stopped already; nothing changed.\n"
    assert cli("start").out == "Monitoring runs again.\n"
    assert cli("start").out == "Monitoring runs already; nothing changed.\n"


def test_clear_says_from_when_on_sums_count(cli: Run) -> None:
    assert re.fullmatch(r"Sums count from \d\d:\d\d:\d\d on, for everybody on this machine\.\n", cli("clear").out)


def test_refresh_says_what_it_found(cli: Run) -> None:
    assert cli("refresh").out == "Looked anew at 9 sockets, 5 processes and 1 interface.\n"


def test_whoever_may_not_is_told_so(cli: Run, fake: FakeCollector) -> None:
    fake.refuse(control_only=True)
    for command in ("start", "stop", "clear"):
        result = cli(command)
        assert (result.code, result.out) == (4, "")
        assert len(result.err.splitlines()) <= 3
    assert cli("status").code == 0


def test_refresh_has_the_recorder_forget_too_where_one_runs(cli: Run, recorder: FakeRecorder) -> None:
    recorder.answers.caches = CacheReport(removed_key_count=12, removed_name_count=1)
    result = cli("--recorder-socket", recorder.socket, "refresh")
    assert result.lines[1:] == ["The recorder forgot 12 keys and 1 name that nothing was of any more."]
