from netmon_client.testing import FakeCollector
from tests.clients.netmon_cli.conftest import Run
from tests.clients.netmon_cli.rows import SNAPSHOT
from tests.support.prometheus_text import read_metrics


def test_it_prints_what_a_scraper_reads(cli: Run, fake: FakeCollector) -> None:
    fake.publish(SNAPSHOT)
    result = cli("metrics")
    assert result.code == 0
    assert "netmon_uptime_seconds" in read_metrics(result.out)


def test_it_listens_on_this_machine_alone(cli: Run) -> None:
    for place in ("0.0.0.0:0", "localhost:1", "127.0.0.1:x", "127.0.0.1:70000", ":80"):
        result = cli("metrics", "--listen", place)
        assert result.code == 2
        assert "--listen takes 127.0.0.1:PORT" in result.err
