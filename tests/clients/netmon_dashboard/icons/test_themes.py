import os
from pathlib import Path

import pytest

from netmon_dashboard.icons.folders import find_folders
from netmon_dashboard.icons.themes import IconThemes
from tests.support.icon_tree import SVG, IconTree, png

FIXED_48 = "Size=48\nType=Fixed"


@pytest.fixture
def tree(tmp_path: Path) -> IconTree:
    return IconTree(root=tmp_path)


def candidates(tree: IconTree, icon: str, *chosen: str) -> list[str]:
    folders = find_folders(tree.environ, system=(str(tree.share),))
    return [os.path.relpath(path, tree.root) for path in IconThemes(folders=folders, chosen=chosen).candidates(icon)]


def test_the_chosen_theme_then_what_it_inherits_then_hicolor(tree: IconTree) -> None:
    for name, parents in (("Own", "Parent,hicolor"), ("Parent", "Own,Grand"), ("Grand", ""), ("Adwaita", "")):
        (tree.theme(name, {"48/apps": FIXED_48}, parents) / "48/apps/a.png").write_bytes(png(48))
    tree.hicolor(a=png(48))
    assert [path.split("/")[3] for path in candidates(tree, "a", "Own", "missing")] == [
        "Own",
        "Parent",
        "Grand",
        "hicolor",
        "Adwaita",
    ]
    assert [path.split("/")[3] for path in candidates(tree, "a")] == ["hicolor", "Adwaita"]


def test_the_best_size_first_and_png_before_svg(tree: IconTree) -> None:
    theme = tree.theme(
        "hicolor",
        {
            "scalable/apps": "Size=64\nType=Scalable\nMinSize=8\nMaxSize=512",
            "16x16/apps": "Size=16\nType=Fixed",
            "48x48/apps": FIXED_48,
        },
    )
    (theme / "scalable/apps/a.svg").write_bytes(SVG)
    (theme / "16x16/apps/a.png").write_bytes(png(16))
    (theme / "48x48/apps/a.svg").write_bytes(SVG)
    (theme / "48x48/apps/a.png").write_bytes(png(48))
    names = [path.removeprefix("usr/share/icons/hicolor/") for path in candidates(tree, "a")]
    assert names == ["48x48/apps/a.png", "48x48/apps/a.svg", "scalable/apps/a.svg", "16x16/apps/a.png"]


def test_a_theme_may_be_spread_over_the_bases(tree: IconTree) -> None:
    tree.hicolor(a=png(48))
    own = tree.root / "home/.local/share/icons/hicolor/48x48/apps"
    own.mkdir(parents=True)
    (own / "a.png").write_bytes(png(48))
    assert candidates(tree, "a")[0].startswith("home/")


def test_loose_files_and_pixmaps_come_last(tree: IconTree) -> None:
    tree.hicolor(a=png(48))
    (tree.share / "icons/a.svg").write_bytes(SVG)
    (tree.share / "pixmaps").mkdir()
    (tree.share / "pixmaps/a.png").write_bytes(png(48))
    assert candidates(tree, "a")[1:] == ["usr/share/icons/a.svg", "usr/share/pixmaps/a.png"]


@pytest.mark.parametrize("icon", ["a", "a.png", "a.svg", "a.xpm"])
def test_a_suffix_is_taken_off(tree: IconTree, icon: str) -> None:
    tree.hicolor(a=png(48))
    assert len(candidates(tree, icon)) == 1


def test_an_absolute_path_is_given_back(tree: IconTree) -> None:
    assert candidates(tree, str(tree.root / "x.png")) == ["x.png"]


@pytest.mark.parametrize("icon", ["../../secret", "..", ".", "a/b", "\x1b", "a" * 5000, "missing"])
def test_a_name_that_leads_out_or_is_not_there_has_no_file(tree: IconTree, icon: str) -> None:
    tree.hicolor(a=png(48))
    (tree.root / "usr/secret.png").write_bytes(png(48))
    assert candidates(tree, icon) == []


def test_themes_without_end_are_bounded(tree: IconTree) -> None:
    for number in range(60):
        (tree.theme(f"t{number}", {"a": FIXED_48}, f"t{number + 1}") / "a/a.png").write_bytes(png(48))
    assert len(candidates(tree, "a", "t0")) == 32
