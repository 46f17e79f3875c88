import errno
import os
import socket
import stat
import tempfile
from pathlib import Path

import pytest

from netmon.serving.access_list import admit
from tests.support.dropped_child import results_in_child
from tests.support.namespaces import needs_root

SERVER, GUEST, MEMBER_GROUP, STRANGER = 61_161, 61_162, 61_163, 61_164
REFUSED = os.strerror(errno.EACCES)


def become(uid: int, gid: int) -> None:
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


@needs_root
@pytest.mark.root
def test_a_socket_is_open_to_whom_its_owner_admits_and_to_nobody_else() -> None:
    with tempfile.TemporaryDirectory(dir="/run") as name, socket.socket(socket.AF_UNIX) as served:
        path = Path(name, "socket")
        Path(name).chmod(0o755)
        os.chown(name, SERVER, SERVER)
        served.bind(str(path))
        served.listen()
        path.chmod(0o660)
        os.chown(path, SERVER, SERVER)

        def connect() -> None:
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(str(path))

        def admit_as_owner() -> None:
            become(SERVER, SERVER)
            admit(path, uid=GUEST, gid=MEMBER_GROUP)

        assert results_in_child(admit_as_owner, {}) == {}
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        for uid, gid, result in (
            (GUEST, GUEST, "done"),
            (STRANGER, MEMBER_GROUP, "done"),
            (STRANGER, STRANGER, REFUSED),
        ):
            assert results_in_child(lambda u=uid, g=gid: become(u, g), {"connect": connect}) == {"connect": result}


@needs_root
@pytest.mark.root
def test_only_its_owner_may_admit() -> None:
    with tempfile.NamedTemporaryFile(dir="/run") as file:
        path = Path(file.name)
        found = results_in_child(lambda: become(SERVER, SERVER), {"admit": lambda: admit(path, uid=GUEST, gid=None)})
    assert found == {"admit": os.strerror(errno.EPERM)}
