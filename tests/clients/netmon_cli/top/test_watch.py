import threading
from dataclasses import replace

from netmon.model import BandwidthSample, Filter, Snapshot
from netmon_cli.top.watch import Failure, Past, Watch, Watched, merged
from netmon_client import connect, parse_query
from netmon_client.answers import Bandwidth
from netmon_client.feed import Hello
from netmon_client.testing import FakeCollector, a_snapshot
from tests.clients.netmon_cli.rows import ENDED, SNAPSHOT, UPLOAD, WEB
from tests.support.waiting import wait_for

SAMPLE = BandwidthSample(time=1.0, interval_seconds=1.0, sent_bytes=1, received_bytes=2, loopback_bytes=0)


def watch(fake: FakeCollector, woken: threading.Semaphore, condition: Filter | None = None) -> Watch:
    return Watch(lambda: connect(fake.socket), woken.release, interval_seconds=1.0, condition=condition or Filter())


def taken_until(watching: Watch, kind: type[object]) -> list[Watched]:
    items: list[Watched] = []

    def look() -> list[Watched] | None:
        items.extend(watching.take())
        return items if any(isinstance(item, kind) for item in items) else None

    return wait_for(look, seconds=30, what=f"a {kind.__name__}, after {items}")


def test_it_hands_over_the_past_the_hello_and_snapshots() -> None:
    woken = threading.Semaphore(0)
    with FakeCollector(snapshots=[SNAPSHOT], bandwidth=Bandwidth(samples=(SAMPLE,))) as fake:
        watching = watch(fake, woken)
        watching.start()
        items = taken_until(watching, Snapshot)
        watching.close()
    assert [type(item) for item in items[:3]] == [Past, Hello, Snapshot]
    assert items[0] == Past(samples=(SAMPLE,))
    assert woken.acquire(timeout=1)


def test_the_filter_goes_to_the_collector() -> None:
    with FakeCollector(snapshots=[SNAPSHOT]) as fake:
        watching = watch(fake, threading.Semaphore(0), parse_query("app:curl"))
        watching.start()
        (snapshot,) = [item for item in taken_until(watching, Snapshot) if isinstance(item, Snapshot)]
        watching.close()
    assert {row.id for row in snapshot.connections} == {"upload", "ended"}


def test_of_snapshots_that_nobody_took_the_newest_waits_with_what_ended_meanwhile() -> None:
    with FakeCollector(snapshots=[a_snapshot([WEB, ENDED]), a_snapshot([WEB], sequence=2)]) as fake:
        watching = watch(fake, threading.Semaphore(0))
        watching.start()

        def newest(sequence: int) -> Snapshot | None:
            last = watching._waiting[-1] if watching._waiting else None
            return last if isinstance(last, Snapshot) and last.sequence == sequence else None

        wait_for(lambda: newest(2), seconds=30, what="the second snapshot")
        fake.publish(a_snapshot([WEB, UPLOAD], sequence=3))
        last = wait_for(lambda: newest(3), seconds=30, what="the third snapshot")
        items = watching.take()
        watching.close()
    assert [item for item in items if isinstance(item, Snapshot)] == [last]
    assert {row.id for row in last.connections} == {"web", "upload", "ended"}


def test_an_older_instance_leaves_nothing_behind() -> None:
    newer = a_snapshot([WEB], instance_id="other")
    assert merged(a_snapshot([ENDED]), newer) is newer
    assert merged(a_snapshot([UPLOAD]), replace(newer, instance_id="instance-1")).connections == (WEB,)


def test_an_error_that_is_final_is_handed_over() -> None:
    with FakeCollector() as fake:
        fake.kill()
        fake.start(other_version=True)
        watching = watch(fake, threading.Semaphore(0))
        watching.start()
        items = taken_until(watching, Failure)
        watching.close()
    (failure,) = [item for item in items if isinstance(item, Failure)]
    assert "does not know this call" in str(failure.error)


def test_after_closing_nothing_comes_and_its_thread_ends() -> None:
    with FakeCollector(snapshots=[SNAPSHOT]) as fake:
        watching = watch(fake, threading.Semaphore(0))
        watching.start()
        taken_until(watching, Snapshot)
        watching.close()
        watching.close()
        assert not watching._thread.is_alive()
        fake.publish(a_snapshot(sequence=9))
        assert watching.take() == []
