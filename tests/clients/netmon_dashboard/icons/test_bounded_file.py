import os
from pathlib import Path

import pytest

from netmon_dashboard.icons.bounded_file import FolderPattern, read_inside, read_regular


def parts(path: Path) -> FolderPattern:
    return tuple(part for part in os.path.realpath(path).split("/") if part)


@pytest.fixture
def icons(tmp_path: Path) -> Path:
    folder = tmp_path / "icons"
    folder.mkdir()
    (folder / "good.png").write_bytes(b"good")
    return folder


def test_a_file_inside_is_read(icons: Path) -> None:
    assert read_inside(str(icons / "good.png"), [parts(icons)], 100) == b"good"


def test_a_file_outside_is_not_read(icons: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    for path in (tmp_path / "secret", icons / "../secret", Path("/etc/passwd")):
        assert read_inside(str(path), [parts(icons)], 10_000) is None


def test_a_link_that_leads_out_is_not_read(icons: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (icons / "link.png").symlink_to(tmp_path / "secret")
    (icons / "folder").symlink_to(tmp_path)
    assert read_inside(str(icons / "link.png"), [parts(icons)], 100) is None
    assert read_inside(str(icons / "folder/secret"), [parts(icons)], 100) is None


def test_a_link_to_another_icon_is_read(icons: Path) -> None:
    (icons / "link.png").symlink_to("good.png")
    assert read_inside(str(icons / "link.png"), [parts(icons)], 100) == b"good"


def test_a_link_that_comes_between_the_check_and_the_reading_is_not_followed(
    icons: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = icons / "inner"
    inner.mkdir()
    (inner / "a.png").write_bytes(b"good")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "a.png").write_bytes(b"secret")
    resolve = os.path.realpath

    def swap(path: str) -> str:
        resolved = resolve(path)
        inner.rename(icons / "away")
        inner.symlink_to(outside)
        return resolved

    monkeypatch.setattr(os.path, "realpath", swap)
    assert read_inside(str(inner / "a.png"), [tuple(str(icons).split("/")[1:])], 100) is None


def test_a_star_stands_for_one_part(tmp_path: Path) -> None:
    folder = tmp_path / "app/org.example/x/icons"
    folder.mkdir(parents=True)
    (folder / "a.png").write_bytes(b"good")
    pattern = (*parts(tmp_path), "app", "*", "*", "icons")
    assert read_inside(str(folder / "a.png"), [pattern], 100) == b"good"
    assert read_inside(str(folder / "a.png"), [(*parts(tmp_path), "app", "*", "icons")], 100) is None


def test_no_folders_allow_nothing_and_the_root_is_no_folder(icons: Path) -> None:
    assert read_inside(str(icons / "good.png"), [], 100) is None
    assert read_inside(str(icons / "good.png"), [()], 100) is None


@pytest.mark.parametrize("name", ["", "x\0y", "a" * 5000, "/".join(["a"] * 3000), "\udcff", "missing.png"])
def test_odd_paths_give_nothing(icons: Path, name: str) -> None:
    assert read_inside(f"{icons}/{name}", [parts(icons)], 100) is None
    assert read_regular(f"{icons}/{name}", 100) is None


def test_what_is_no_regular_file_is_not_opened(icons: Path) -> None:
    os.mkfifo(icons / "fifo.png")
    (icons / "zero.png").symlink_to("/dev/zero")
    (icons / "folder.png").mkdir()
    (icons / "loop.png").symlink_to("loop.png")
    for name in ("fifo.png", "zero.png", "folder.png", "loop.png"):
        assert read_inside(str(icons / name), [parts(icons), ("dev",)], 100) is None
        assert read_regular(str(icons / name), 100) is None


def test_a_file_over_the_limit_is_not_read(icons: Path) -> None:
    with (icons / "large.png").open("wb") as file:
        file.truncate(10_000_000)
    assert read_inside(str(icons / "large.png"), [parts(icons)], 512 * 1024) is None
    assert read_regular(str(icons / "large.png"), 512 * 1024) is None
    assert read_regular(str(icons / "good.png"), 4) == b"good"
    assert read_regular(str(icons / "good.png"), 3) is None


def test_nothing_stays_open(icons: Path) -> None:
    (icons / "out.png").symlink_to("/etc/passwd")
    before = len(list(Path("/dev/fd").iterdir()))
    for name in ("good.png", "out.png", "missing.png"):
        read_inside(str(icons / name), [parts(icons)], 100)
        read_inside(str(icons / name), [parts(icons)], 1)
        read_regular(str(icons / name), 1)
    assert len(list(Path("/dev/fd").iterdir())) == before
