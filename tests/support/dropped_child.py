"""Runs code in a child process of the test that has made a drop, and gives what came of each probe there."""

import json
import os
import sys
from collections.abc import Callable, Mapping

Probe = Callable[[], object]


def results_in_child(before: Callable[[], object], probes: Mapping[str, Probe]) -> dict[str, str]:
    """Fork, call ``before`` and then each probe; give "done" or the name of the error's errno for each of them.

    The child has one thread, and ends without the test runner's own leave-taking.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        _be_child(writing, before, probes)
    os.close(writing)
    with os.fdopen(reading) as answers:
        text = answers.read()
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, text
    found: dict[str, str] = json.loads(text)
    return found


def _be_child(writing: int, before: Callable[[], object], probes: Mapping[str, Probe]) -> None:
    code = 1
    try:
        before()
        results = {name: _result(probe) for name, probe in probes.items()}
        os.write(writing, json.dumps(results).encode())
        code = 0
    except Exception as error:  # noqa: BLE001 - the outermost frame of the child
        os.write(writing, repr(error).encode())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _result(probe: Probe) -> str:
    try:
        probe()
    except OSError as error:
        return os.strerror(error.errno or 0)
    return "done"
