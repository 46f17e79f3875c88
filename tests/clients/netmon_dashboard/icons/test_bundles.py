import os
import plistlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon_dashboard.icons.bundles import BundleIcons, icon_file_name
from tests.support.icon_tree import icns, png


def bundle(root: Path, name: str = "Browser.app", icon: str = "browser") -> Path:
    path = root / name
    (path / "Contents/Resources").mkdir(parents=True)
    (path / "Contents/Info.plist").write_bytes(plistlib.dumps({"CFBundleIconFile": icon}))
    (path / "Contents/Resources/browser.icns").write_bytes(icns((b"ic07", png(128))))
    return path


def width(icons: BundleIcons, path: Path) -> int:
    picture = icons.find(str(path), "")
    return int.from_bytes(picture.content[16:20]) if picture is not None else 0


@pytest.mark.parametrize("icon", ["browser", "browser.icns"])
def test_a_bundle_has_the_icon_that_it_names(tmp_path: Path, icon: str) -> None:
    path = bundle(tmp_path, icon=icon)
    icons = BundleIcons(folders=(str(tmp_path),))
    assert width(icons, path) == 128
    assert width(icons, path / "Contents/MacOS/browser") == 128


def test_a_helper_in_a_bundle_has_the_icon_of_the_outer_one(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    helper = path / "Contents/Frameworks/Helper.app/Contents/MacOS/helper"
    assert width(BundleIcons(folders=(str(tmp_path),)), helper) == 128


def test_a_bundle_elsewhere_is_not_read(tmp_path: Path) -> None:
    path = bundle(tmp_path / "Downloads")
    installed = tmp_path / "Applications"
    installed.mkdir()
    icons = BundleIcons(folders=(str(installed),))
    assert width(icons, path) == 0
    assert width(icons, installed / "../Downloads/Browser.app") == 0
    (installed / "Link.app").symlink_to(path)
    assert width(icons, installed / "Link.app") == 0


def test_an_icon_that_leads_out_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "browser.icns").write_bytes(icns((b"ic07", png(128))))
    icons = BundleIcons(folders=(str(tmp_path / "Applications"),))
    path = bundle(tmp_path / "Applications", icon="../../../../browser")
    assert width(icons, path) == 0
    linked = bundle(tmp_path / "Applications", "Linked.app")
    file = linked / "Contents/Resources/browser.icns"
    file.unlink()
    file.symlink_to(tmp_path / "browser.icns")
    assert width(icons, linked) == 0


def test_what_is_no_bundle_has_none(tmp_path: Path) -> None:
    icons = BundleIcons(home=str(tmp_path), folders=())
    for path in ("", "/usr/bin/ssh", "/Applications", str(tmp_path / "Applications/Missing.app"), "x.app", "/.app/x"):
        assert icons.find(path, "") is None


def test_a_list_that_is_a_device_or_damaged_gives_nothing(tmp_path: Path) -> None:
    path = bundle(tmp_path)
    icons = BundleIcons(folders=(str(tmp_path),))
    info = path / "Contents/Info.plist"
    for content in (b"", b"bplist00garbage", b"<plist><dict><key>", b"<?xml version='1.0'?><plist><array/></plist>"):
        info.write_bytes(content)
        assert width(icons, path) == 0
    info.unlink()
    os.mkfifo(info)
    assert width(icons, path) == 0


@pytest.mark.parametrize("value", ["", "..", "a/b", "a\tb", 7, ["x"], b"x"])
def test_a_name_that_is_none_is_not_taken(value: object) -> None:
    assert icon_file_name(plistlib.dumps({"CFBundleIconFile": value})) == ""


def test_a_list_nested_without_end_gives_nothing() -> None:
    assert icon_file_name(b"<plist>" + b"<array>" * 20_000 + b"</array>" * 20_000 + b"</plist>") == ""


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_taken(content: bytes, is_binary: bool) -> None:
    assert isinstance(icon_file_name((b"bplist00" if is_binary else b"") + content), str)
