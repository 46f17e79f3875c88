import os
from pathlib import Path

import pytest

from netmon_dashboard.icons.desktop_icons import DesktopIcons
from netmon_dashboard.icons.picture import Picture
from tests.support.icon_tree import SVG, IconTree, png

SECRET = b"root:x:0:0:root:/root:/bin/bash\n"


@pytest.fixture
def tree(tmp_path: Path) -> IconTree:
    return IconTree(root=tmp_path)


def icons_of(tree: IconTree) -> DesktopIcons:
    return DesktopIcons(tree.environ, system=(str(tree.share),), snaps=str(tree.root / "snap"))


def icon_of(tree: IconTree, path: str = "/usr/bin/app", name: str = "app") -> Picture | None:
    return icons_of(tree).find(path, name)


def test_an_installed_application_has_its_icon(tree: IconTree) -> None:
    tree.entry("app", icon="app", exec_line="app %U")
    tree.hicolor(app=png(48))
    assert icon_of(tree) == Picture(content=png(48), media_type="image/png")
    assert icon_of(tree, "/usr/bin/other", "other") is None


def test_the_path_of_its_process_is_where_the_links_of_its_program_lead(tree: IconTree) -> None:
    real = tree.program("app", target="opt/vendor/app/launch")
    tree.entry("vendor", icon="app", exec_line="app")
    tree.hicolor(app=png(48))
    assert icon_of(tree, str(real), "launch") is not None
    assert icon_of(tree, str(real.parent / "worker"), "worker") is not None


def test_an_absolute_icon_inside_the_folders_is_read(tree: IconTree) -> None:
    tree.hicolor(app=png(48))
    tree.entry("app", icon=str(tree.share / "icons/hicolor/48x48/apps/app.png"), exec_line="app")
    assert icon_of(tree) is not None


def test_what_flatpaks_export_and_snaps_bring_is_read(tree: IconTree) -> None:
    own = tree.root / "home/.local/share/flatpak"
    deployed = own / "app/org.x/x86_64/stable/1/export/share/icons/hicolor/48x48/apps"
    deployed.mkdir(parents=True)
    (deployed / "org.x.png").write_bytes(png(48, 1))
    (own / "exports/share").mkdir(parents=True)
    (own / "exports/share/icons").symlink_to(own / "app/org.x/x86_64/stable/1/export/share/icons")
    tree.hicolor()
    tree.entry("org.x", icon="org.x", exec_line="flatpak run org.x", extra="X-Flatpak=org.x")
    gui = tree.root / "snap/mail/12/meta/gui"
    gui.mkdir(parents=True)
    (gui / "icon.png").write_bytes(png(48, 2))
    tree.entry("mail_mail", icon=str(gui / "icon.png"), exec_line="/snap/bin/mail", extra="X-SnapInstanceName=mail")
    assert icon_of(tree, "/x/flatpak/app/org.x/x86_64/stable/1/files/bin/y", "y") == Picture(
        content=png(48, 1), media_type="image/png"
    )
    assert icon_of(tree, "/snap/mail/12/bin/mail", "mail") == Picture(content=png(48, 2), media_type="image/png")


@pytest.mark.parametrize(
    "icon",
    [
        "/etc/passwd",
        "../../../../etc/passwd",
        "{root}/usr/share/icons/../../secret.png",
        "{root}/usr/secret.png",
        "/dev/zero",
        "/proc/self/environ",
        "\x1b",
        "\x1b]0;x",
        "a\\nb",
        "x\0y",
        "/" + "a" * 5000,
    ],
)
def test_an_icon_outside_is_not_read(tree: IconTree, icon: str) -> None:
    (tree.root / "usr").mkdir()
    (tree.root / "usr/secret.png").write_bytes(png(48))
    tree.hicolor(other=png(48))
    tree.entry("app", icon=icon.format(root=tree.root), exec_line="app")
    assert icon_of(tree) is None


def test_a_link_out_of_the_theme_is_not_read_and_the_next_file_is(tree: IconTree) -> None:
    (tree.root / "secret.png").write_bytes(png(48, 0))
    theme = tree.hicolor()
    (theme / "48x48/apps/app.png").symlink_to(tree.root / "secret.png")
    tree.entry("app", icon="app", exec_line="app")
    assert icon_of(tree) is None
    (tree.share / "icons/app.svg").write_bytes(SVG)
    assert icon_of(tree) == Picture(content=SVG, media_type="image/svg+xml")


def test_files_that_are_no_pictures_are_not_given_out(tree: IconTree) -> None:
    apps = tree.hicolor(text=SECRET, large=png(48) + b"\0" * 10_000_000) / "48x48/apps"
    os.mkfifo(apps / "fifo.png")
    (apps / "device.png").symlink_to("/dev/zero")
    (apps / "folder.png").mkdir()
    (apps / "loop.png").symlink_to("loop.png")
    (apps / "hard.svg").write_bytes(SECRET)
    for name in ("text", "large", "fifo", "device", "folder", "loop", "hard"):
        tree.entry(name, icon=name, exec_line=name)
    icons = icons_of(tree)
    for name in ("text", "large", "fifo", "device", "folder", "loop", "hard"):
        assert icons.find(f"/usr/bin/{name}", name) is None, name


def test_what_was_installed_since_is_found_after_a_rescan(tree: IconTree) -> None:
    icons = icons_of(tree)
    assert icons.find("/usr/bin/app", "app") is None
    tree.entry("app", icon="app", exec_line="app")
    tree.hicolor(app=png(48))
    assert icons.find("/usr/bin/app", "app") is None
    icons.rescan()
    assert icons.find("/usr/bin/app", "app") is not None


@pytest.mark.parametrize(
    ("path", "name"), [("", ""), ("\x1b", "\x1b"), ("/" * 300, "x"), ("a\0b", "\udcff"), ("..", "..")]
)
def test_odd_applications_have_none(tree: IconTree, path: str, name: str) -> None:
    tree.entry("app", icon="app", exec_line="app")
    tree.hicolor(app=png(48))
    assert icon_of(tree, path, name) is None


@pytest.mark.parametrize("exec_line", ["", '"', "\x1b", "/" + "a" * 5000, "./app", "../app", "a\\0b", "~", "%U"])
def test_odd_commands_do_no_harm(tree: IconTree, exec_line: str) -> None:
    tree.entry("app", icon="app", exec_line=exec_line)
    tree.hicolor(app=png(48))
    assert icon_of(tree) is not None  # by the entry's own name
