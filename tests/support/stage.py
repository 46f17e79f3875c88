"""Where a test on real traffic plays: two namespaces, a wire, a directory for sockets, and a group ``netmon``.

The group exists for programs in the near namespace alone: ``ip netns exec`` puts the files of ``/etc/netns/NAME`` over
those of ``/etc`` (ip-netns(8)), so the machine's own ``/etc/group`` stays as it is.
"""

import pwd
import shutil
import stat
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.namespaces import VethEnd, VethPair, veth_pair
from tests.support.source_tree import ROOT

GROUP_ID = 54_321
_NETNS_FILES = Path("/etc/netns")
_RUN = Path("/run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """``near`` is the machine that is watched, ``far`` the rest of the world. ``directory`` is root's."""

    near: VethEnd
    far: VethEnd
    directory: Path

    @property
    def socket(self) -> str:
        """Path of the collector's socket."""
        return str(self.directory / "run" / "collector.sock")


@contextmanager
def stage(prefix: str = "nme2e") -> Generator[Stage]:
    """Build a stage, and take it down whatever happened."""
    # Only root may write above a collector's socket, so not the directory for temporary files.
    directory = Path(tempfile.mkdtemp(prefix=f"{prefix}-", dir=_RUN))
    directory.chmod(0o755)
    try:
        with veth_pair(prefix) as pair, _group_of_its_own(pair):
            yield Stage(near=pair.near, far=pair.far, directory=directory)
    finally:
        shutil.rmtree(directory)


@contextmanager
def _group_of_its_own(pair: VethPair) -> Generator[None]:
    directory = _NETNS_FILES / pair.near.namespace.name
    directory.mkdir(parents=True)
    try:
        groups = [line for line in Path("/etc/group").read_text().splitlines() if not line.startswith("netmon:")]
        (directory / "group").write_text("\n".join([*groups, f"netmon:x:{GROUP_ID}:", ""]))
        yield
    finally:
        shutil.rmtree(directory)
        # Not empty: another test's, or the machine's own.
        with suppress(OSError):
            _NETNS_FILES.rmdir()


def as_nobody(command: list[str], *, groups: tuple[int, ...] = (GROUP_ID,)) -> list[str]:
    """Give the command line that runs ``command`` as user nobody in these supplementary groups."""
    user = pwd.getpwnam("nobody")
    access = ["--groups", ",".join(str(one) for one in groups)] if groups else ["--clear-groups"]
    return ["setpriv", "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), *access, *_reading(), *command]


def _reading() -> list[str]:
    """Let nobody read a checkout or an interpreter that lies below somebody's closed home directory.

    The capability is for reading and searching (capabilities(7)): connecting to a socket takes the right to write.
    """
    places = (Path(sys.executable).resolve(), ROOT)
    if all(parent.stat().st_mode & stat.S_IXOTH for place in places for parent in place.parents):
        return []
    return ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
