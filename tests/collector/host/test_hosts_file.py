import os
from pathlib import Path

from netmon_collector.host.hosts_file import MAX_HOSTS_BYTES, HostsFile


def test_it_is_read_once_and_again_when_it_changed(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost\n")
    hosts = HostsFile(path)
    assert hosts.read_if_changed() == "127.0.0.1 localhost\n"
    assert hosts.read_if_changed() is None
    path.write_text("127.0.0.1 other\n")
    assert hosts.read_if_changed() == "127.0.0.1 other\n"


def test_a_change_that_keeps_the_length_is_seen_by_its_time(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("::1 a\n")
    hosts = HostsFile(path)
    hosts.read_if_changed()
    path.write_text("::1 b\n")
    os.utime(path, ns=(5, 5))
    assert hosts.read_if_changed() == "::1 b\n"


def test_a_file_that_goes_is_empty_once(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_text("::1 a\n")
    hosts = HostsFile(path)
    hosts.read_if_changed()
    path.unlink()
    assert hosts.read_if_changed() == ""
    assert hosts.read_if_changed() is None
    path.write_text("::1 back\n")
    assert hosts.read_if_changed() == "::1 back\n"


def test_what_is_no_text_and_what_is_too_long_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "hosts"
    path.write_bytes(b"\xff\xfe" + b"x" * (2 * MAX_HOSTS_BYTES))
    text = HostsFile(path).read_if_changed()
    assert text is not None
    assert len(text) == MAX_HOSTS_BYTES


def test_a_directory_in_its_place_counts_as_none(tmp_path: Path) -> None:
    assert HostsFile(tmp_path).read_if_changed() == ""
