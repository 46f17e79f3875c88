"""For tests of clients: a real server on a temporary socket, and values to serve."""

from netmon_client.testing.fake_collector import FakeCollector
from netmon_client.testing.samples import a_connection, a_process, a_snapshot, a_status

__all__ = ["FakeCollector", "a_connection", "a_process", "a_snapshot", "a_status"]
