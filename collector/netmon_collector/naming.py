"""Names from this machine's own traffic: the names handles, what reads them, and the hosts file."""

from collections.abc import Callable, Sequence
from secrets import token_bytes

from netmon.model import Degradation
from netmon_collector import clock
from netmon_collector.capture.capture import Capture, ReaderLoop
from netmon_collector.capture.names_filter import NAMES_REST_SECONDS, open_names
from netmon_collector.capture.recording import Recorder
from netmon_collector.capture.tap import Opener
from netmon_collector.core.batch import Batch
from netmon_collector.core.interfaces import Choice
from netmon_collector.core.name_facts import HostsFact, HostsRow, NameFact
from netmon_collector.core.naming import NameSettings
from netmon_collector.core.sockets import LocalNetwork
from netmon_collector.host.hosts_file import HostsFile
from netmon_collector.names import quic
from netmon_collector.names.hosts_file import parse_hosts
from netmon_collector.names.learner import NameLearner
from netmon_collector.names.registrable import RegistrableDomains

__all__ = ["QUIC_MISSING", "Naming", "hosts_fact", "name_settings"]

OVERLOAD_SECONDS = 60.0
"""An overload is told for this long after the last packet that was left out."""

QUIC_MISSING = Degradation(
    code="names.quic",
    text="Names in QUIC cannot be read, because the Python library cryptography is not installed: "
    "QUIC connections are named by DNS alone.",
    remedy="In netmon's folder: pip install '.[collector]'",
)

Deliver = Callable[[Sequence[NameFact], float], object]
"""Takes facts, and monotonic seconds: ``Monitor.add_names``."""


class Naming:
    """Listens for names on the interfaces that are captured, and hands what it learns to ``deliver``.

    Unless ``is_on``, nothing is opened, read or told.
    """

    def __init__(
        self,
        *,
        loop: ReaderLoop,
        deliver: Deliver,
        is_on: bool = True,
        recorder: Recorder | None = None,
        opener: Opener = open_names,
    ) -> None:
        """Open nothing yet; ``apply`` does."""
        self._is_on = is_on
        self._deliver_facts = deliver
        self._recorder = recorder
        self._learner = NameLearner()
        self._capture = Capture(loop=loop, deliver=self._hear, opener=opener, rest_seconds=NAMES_REST_SECONDS)
        self._hosts = HostsFile()
        self._is_refused = False
        self.lost_count = 0
        """Packets that may have named something and were not read: too many came."""
        self._lost_at: float | None = None

    def add_network(self, network: LocalNetwork) -> None:
        """Take the machine's addresses."""
        self._learner.add_network(network)

    def apply(self, choices: Sequence[Choice], now: float) -> None:
        """Open and close handles so that they match what is captured; ``now`` in monotonic seconds."""
        if not self._is_on:
            return
        try:
            self._capture.apply(choices, now)
        except PermissionError:
            self._is_refused = True
        else:
            self._is_refused = False

    def read_all(self, now: float) -> None:
        """Take what waits on all handles."""
        self._capture.read_all()
        self._capture.take_changes()  # those of the accounting handles are told
        lost_count = self._learner.counts().left_out
        lost_count += sum(row.kernel_dropped_packets for row in self._capture.counts())
        if lost_count > self.lost_count:
            self.lost_count, self._lost_at = lost_count, now

    def read_hosts(self) -> str | None:
        """Read the hosts file if it changed, which may wait for a disk: for any thread. ``add_hosts`` takes it."""
        return self._hosts.read_if_changed() if self._is_on else None

    def add_hosts(self, text: str | None, now: float, wall_time: float) -> None:
        """Take what the hosts file holds; None: it is as before."""
        if text is None:
            return
        fact = hosts_fact(text, wall_time)
        if self._recorder is not None:
            self._recorder.add_knowledge(fact, wall_time)
        self._deliver_facts((fact,), now)

    def degraded(self, now: float) -> tuple[Degradation, ...]:
        """Give what is missing for names."""
        found: list[Degradation] = []
        failed, count = self._capture.failures()
        if self._is_refused:
            text = "Names cannot be heard: the handles that hear them may not be opened."
            found.append(Degradation(code="names.capture", text=text, remedy="Start it as root."))
        elif failed:
            text = f"Names cannot be heard on {failed} of {count} interfaces: fewer connections get one."
            found.append(Degradation(code="names.capture", text=text))
        if self._is_on and not quic.is_available:
            found.append(QUIC_MISSING)
        if self._lost_at is not None and now - self._lost_at < OVERLOAD_SECONDS:
            text = "More names pass by than are read a second: "
            text += f"{self.lost_count} packets with some were left out since the start."
            found.append(Degradation(code="names.overload", text=text))
        return tuple(found)

    def close(self) -> None:
        """Close the handles; ``apply`` opens them again."""
        self._capture.close()

    def _hear(self, batch: Batch) -> None:
        now = clock.monotonic()
        facts = self._learner.add_batch(batch, now)
        if self._recorder is not None:
            self._recorder.add_names(batch)
        if facts:
            self._deliver_facts(facts, now)


def name_settings(*, off_because: str = "", browsers: tuple[str, ...] = ()) -> NameSettings:
    """Give how names are learnt in this run; call it before rights are dropped. ``off_because``: why not, if so."""
    if off_because:
        return NameSettings(is_on=False, reason=off_because, browsers=browsers, pseudonym_key=token_bytes(32))
    return NameSettings(
        reason="" if quic.is_available else QUIC_MISSING.text,
        has_quic=quic.is_available,
        registrable=RegistrableDomains().of,
        browsers=browsers,
        pseudonym_key=token_bytes(32),
    )


def hosts_fact(text: str, wall_time: float) -> HostsFact:
    """Give the fact that a hosts file is."""
    rows = (HostsRow(address=address, names=names) for address, names in parse_hosts(text).items())
    return HostsFact(time=wall_time, rows=tuple(rows))
