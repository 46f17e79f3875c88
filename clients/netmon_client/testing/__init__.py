"""For tests of clients: a real server on a temporary socket, and values to serve."""

from netmon_client.testing.fake_collector import FakeCollector
from netmon_client.testing.fake_recorder import FakeRecorder
from netmon_client.testing.history_samples import HISTORY_TIME, a_history_status, a_usage_answer, an_export
from netmon_client.testing.history_stage import HistoryAnswers
from netmon_client.testing.samples import a_connection, a_process, a_snapshot, a_status

__all__ = [
    "HISTORY_TIME",
    "FakeCollector",
    "FakeRecorder",
    "HistoryAnswers",
    "a_connection",
    "a_history_status",
    "a_process",
    "a_snapshot",
    "a_status",
    "a_usage_answer",
    "an_export",
]
