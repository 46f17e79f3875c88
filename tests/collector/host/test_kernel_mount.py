import os
import subprocess
import sys

import pytest

from netmon_collector.host.kernel_mount import find_root, open_root

HYBRID = rb"""22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
40 31 0:37 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
"""


@pytest.mark.parametrize(
    ("mountinfo", "root"),
    [
        (HYBRID, b"/sys/fs/cgroup/unified"),
        (rb"30 23 0:26 / /sys/fs/cgroup rw shared:4 - cgroup2 cgroup2 rw,nsdelegate", b"/sys/fs/cgroup"),
        (rb"30 23 0:26 / /mnt/my\040groups rw - cgroup2 none rw", b"/mnt/my groups"),
        # A bind mount of one group inside is no root.
        (rb"30 23 0:26 /user.slice /sys/fs/cgroup rw - cgroup2 cgroup2 rw", None),
        (rb"30 23 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu", None),
        (b"", None),
        (b"nonsense - cgroup2", None),
    ],
)
def test_the_root_is_found_wherever_it_is_mounted(mountinfo: bytes, root: bytes | None) -> None:
    assert find_root(mountinfo, b"cgroup2") == root


@pytest.mark.root
def test_the_root_is_a_cgroup2_directory() -> None:
    descriptor = open_root(b"cgroup2")
    try:
        assert "cgroup.controllers" in os.listdir(descriptor)  # noqa: PTH208 - a descriptor is no path
    finally:
        os.close(descriptor)


@pytest.mark.root
def test_where_no_root_is_mounted_it_is_opened_all_the_same() -> None:
    code = (
        "import os; from netmon_collector.host.kernel_mount import open_root\n"
        "print('cgroup.controllers' in os.listdir(open_root(b'cgroup2')))"
    )
    hide = 'mount -t tmpfs none /sys/fs/cgroup && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", hide, "sh", sys.executable, "-c", code]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "True\n"
