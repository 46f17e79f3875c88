from pathlib import Path

import pytest

from netmon_collector.capture.recording_files import find_files

WHOLE = bytes(24)


def made(folder: Path, **contents: bytes) -> None:
    for name, content in contents.items():
        (folder / name.replace("_", ".")).write_bytes(content)


def names(paths: tuple[Path, ...]) -> list[str]:
    return [path.name for path in paths]


def test_a_directory_is_all_that_belongs_to_it_in_order_and_nothing_else(tmp_path: Path) -> None:
    made(tmp_path, lo_pcap=WHOLE, eth0_pcap=WHOLE, eth0_names=WHOLE, notes_txt=b"x", netmon_sidecar_jsonl=b"{}")
    found = find_files(tmp_path)
    assert names(found.all) == ["eth0.pcap", "lo.pcap", "eth0.names", "netmon.sidecar.jsonl"]
    assert not found.is_cut


@pytest.mark.parametrize("beside", ["eth0.sidecar.jsonl", "netmon.sidecar.jsonl"])
def test_a_file_is_itself_and_what_lies_beside_it_for_it(tmp_path: Path, beside: str) -> None:
    made(tmp_path, lo_pcap=WHOLE, eth0_pcap=WHOLE, eth0_names=WHOLE, lo_names=WHOLE)
    (tmp_path / beside).touch()
    assert names(find_files(tmp_path / "eth0.pcap").all) == ["eth0.pcap", "eth0.names", beside]


def test_what_breaks_off_within_its_header_is_left_out_and_told(tmp_path: Path) -> None:
    made(tmp_path, lo_pcap=WHOLE, eth0_pcap=WHOLE[:23], eth0_names=b"")
    found = find_files(tmp_path)
    assert names(found.all) == ["lo.pcap"]
    assert found.is_cut
    assert names(find_files(tmp_path / "eth0.pcap").all) == ["eth0.pcap"], "what was named itself is for its reader"


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        find_files(tmp_path / "none.pcap")
    with pytest.raises(ValueError, match="holds no"):
        find_files(tmp_path)


def test_a_link_is_followed_where_it_is_named_itself_and_nowhere_else(tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "folder"
    elsewhere.mkdir()
    folder.mkdir()
    made(elsewhere, eth0_pcap=WHOLE, secret=b"x")
    made(folder, lo_pcap=WHOLE)
    (folder / "a.pcap").symlink_to(elsewhere)
    (folder / "b.pcap").symlink_to(elsewhere / "eth0.pcap")
    (folder / "lo.names").symlink_to(elsewhere / "eth0.pcap")
    (folder / "netmon.sidecar.jsonl").symlink_to(elsewhere / "secret")
    assert names(find_files(folder).all) == names(find_files(folder / "lo.pcap").all) == ["lo.pcap"]
    assert names(find_files(folder / "b.pcap").all) == ["b.pcap"]
