from pathlib import Path

from netmon_dashboard.icons.folders import find_folders


def test_the_own_folders_come_first_and_each_once() -> None:
    found = find_folders(
        {"HOME": "/home/u", "XDG_DATA_DIRS": "/opt/x/share/:/usr/share"}, system=("/usr/local/share", "/usr/share")
    )
    assert found.applications == (
        "/home/u/.local/share/applications",
        "/opt/x/share/applications",
        "/usr/share/applications",
        "/usr/local/share/applications",
        "/var/lib/flatpak/exports/share/applications",
        "/home/u/.local/share/flatpak/exports/share/applications",
    )
    assert found.icons[:3] == ("/home/u/.icons", "/home/u/.local/share/icons", "/opt/x/share/icons")
    assert "/usr/share/pixmaps" in found.pixmaps


def test_what_packages_of_flatpak_and_snap_bring_is_allowed() -> None:
    allowed = find_folders({"HOME": "/home/u"}, system=("/usr/share",)).allowed
    assert ("var", "lib", "flatpak", "app", "*", "*", "*", "*", "export", "share", "icons") in allowed
    assert ("snap", "*", "*", "meta", "gui") in allowed


def test_paths_that_are_not_absolute_are_ignored() -> None:
    found = find_folders({"HOME": "home", "XDG_DATA_HOME": "x", "XDG_DATA_DIRS": ":.:a/b::\0:/x\0y"}, system=("/s",))
    assert found.icons == ("/s/icons", "/var/lib/flatpak/exports/share/icons")


def test_a_link_to_everything_allows_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / ".local/share").mkdir(parents=True)
    (home / ".icons").symlink_to("/")
    (home / ".local/share/icons").symlink_to("/etc")
    allowed = find_folders({"HOME": str(home)}, system=()).allowed
    assert () not in allowed
    assert ("etc",) not in allowed


def test_a_link_to_an_icon_folder_elsewhere_allows_that(tmp_path: Path) -> None:
    (tmp_path / "dotfiles/icons").mkdir(parents=True)
    (tmp_path / ".icons").symlink_to("dotfiles/icons")
    allowed = find_folders({"HOME": str(tmp_path)}, system=()).allowed
    assert tuple(str((tmp_path / "dotfiles/icons").resolve()).split("/")[1:]) in allowed


def test_the_number_of_folders_is_bounded() -> None:
    assert len(find_folders({"XDG_DATA_DIRS": ":".join(f"/d{n}" for n in range(5000))}).applications) <= 64
