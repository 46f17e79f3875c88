import errno

import pytest

from netmon_recorder.store.disk_errors import refusal
from netmon_recorder.store.port import StorageError, StorageFull


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, StorageFull), (errno.EDQUOT, StorageFull), (errno.EROFS, StorageError)],
)
def test_what_the_disk_refuses_is_room_or_something_else(number: int, kind: type[StorageError]) -> None:
    error = refusal("cannot make /x", OSError(number, "no"))
    assert (type(error), str(error)) == (kind, "cannot make /x: no")
