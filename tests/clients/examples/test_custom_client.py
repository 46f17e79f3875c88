"""The example, run as its reader would, against a real server."""

import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from netmon_client.testing import FakeCollector, a_connection, a_process, a_snapshot
from tests.support.source_tree import ROOT

EXAMPLE = ROOT / "clients/examples/custom_client.py"


@contextmanager
def running(collector: FakeCollector, *query: str) -> Generator[Iterator[str]]:
    """Run the example and give its lines."""
    environment = {**os.environ, "NETMON_SOCKET": collector.socket}
    process = subprocess.Popen([sys.executable, EXAMPLE, *query], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield iter(process.stdout)
    finally:
        process.kill()
        process.communicate()


def test_it_tells_of_each_pair_once_and_of_new_ones_as_they_come() -> None:
    browser, mailer = a_process(), a_process(pid=5, name="mailer")
    first = a_connection("c1", process=browser, remote="203.0.113.5")
    again = a_connection("c2", process=browser, remote="203.0.113.5", remote_port=50_123)
    second = a_connection("c3", process=mailer, remote="203.0.113.6", remote_port=993)
    with FakeCollector(snapshots=[a_snapshot([first])]) as collector, running(collector) as lines:
        assert next(lines) == "firefox\t203.0.113.5\toutbound\n"
        collector.publish(a_snapshot([first, again, second], sequence=2))
        assert next(lines) == "mailer\t203.0.113.6\toutbound\n"


def test_it_takes_a_query() -> None:
    rows = [
        a_connection("c1", process=a_process(), remote="203.0.113.5"),
        a_connection("c2", process=a_process(pid=5, name="mailer"), remote="203.0.113.6"),
    ]
    query = ("is:remote", "!app:firefox")
    with FakeCollector(snapshots=[a_snapshot(rows)]) as collector, running(collector, *query) as lines:
        assert next(lines) == "mailer\t203.0.113.6\toutbound\n"


def test_it_follows_a_collector_that_starts_anew() -> None:
    first = a_connection("c1", process=a_process(), remote="203.0.113.5")
    with FakeCollector(snapshots=[a_snapshot([first])]) as collector, running(collector) as lines:
        assert next(lines).startswith("firefox\t203.0.113.5")
        collector.restart()
        second = a_connection("c2", process=a_process(), remote="203.0.113.7")
        collector.publish(a_snapshot([second], sequence=2))
        assert next(lines) == "firefox\t203.0.113.7\toutbound\n"
