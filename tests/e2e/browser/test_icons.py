"""An icon comes from the themes' folders alone, whatever a desktop entry names."""

import os
import shutil
import sys
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import PAGE_SECONDS, Tab, open_tab
from tests.support.dashboard_process import DashboardProcess, dashboard
from tests.support.icon_tree import IconTree, png
from tests.support.shown_page import look, shows_data
from tests.support.traffic import WORKLOADS
from tests.support.waiting import wait_for
from tests.support.watched_machine import WatchedMachine

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

GOOD, OUTSIDE, LINKED = "goodbrowser", "badbrowser", "slybrowser"
APPS = "(root, store) => [...store.apps.values()].map((app) => [app.name, app.icon, app.path])"
LONG_AGO = 1_000_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Desktop:
    """Three programs with entries; ``read`` is an icon of a theme, ``secrets`` lie outside of the themes."""

    program: DashboardProcess
    read: Path
    secrets: tuple[Path, ...]


@pytest.fixture(scope="module")
def desktop(machine: WatchedMachine, tmp_path_factory: pytest.TempPathFactory) -> Generator[Desktop]:
    tree = IconTree(root=tmp_path_factory.mktemp("desktop"))
    theme = tree.hicolor(**{GOOD: png(48)})
    read = theme / f"48x48/apps/{GOOD}.png"
    outside, linked = tree.root / "home/private.png", tree.root / "home/letter.png"
    outside.parent.mkdir(parents=True)
    for secret in (outside, linked):
        secret.write_bytes(png(48, 0x11))
    (theme / f"48x48/apps/{LINKED}.png").symlink_to(linked)
    icons = {GOOD: GOOD, OUTSIDE: str(outside), LINKED: LINKED}
    for name, icon in icons.items():
        binary = tree.root / "usr/bin" / name
        binary.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(Path(sys.executable).resolve(), binary)
        tree.entry(name, icon=icon, exec_line=f"{binary} %u")
        start(machine, binary)
    for file in (read, outside, linked):
        os.utime(file, (LONG_AGO, LONG_AGO + 1))  # relatime(mount(8)): reading now sets the time of access
    environ = [f"HOME={tree.root / 'home'}", f"XDG_DATA_DIRS={tree.share}"]
    log = tree.root / "log"
    with dashboard(machine.stage.socket, log, "--port", "0", prefix=["env", *environ]) as program:
        yield Desktop(program=program, read=read, secrets=(outside, linked))


def start(machine: WatchedMachine, binary: Path) -> None:
    """Run the traffic program under a name of its own; the interpreter's library stays where it is."""
    flags = ("--upload", 1_000)
    program = ("env", f"PYTHONHOME={sys.base_prefix}", str(binary), WORKLOADS)
    near, far = machine.stage.near.namespace, machine.stage.far
    machine.programs.start(near, "tcp-client", far.ipv4, machine.far_server.port, *flags, program=program).wait()


@pytest.fixture(scope="module")
def page(browser: Browser, desktop: Desktop) -> Generator[Tab]:
    with open_tab(browser, desktop.program.page("applications")) as tab:
        shows_data(tab)
        yield tab


def icons_by_program(page: Tab) -> dict[str, str]:
    found: list[Any] = look(page, APPS)
    return {Path(path).name: icon for _, icon, path in found}


def was_read(file: Path) -> bool:
    return file.stat().st_atime > LONG_AGO + 1


def test_an_icon_of_a_theme_is_shown(page: Tab, desktop: Desktop) -> None:
    wait_for(lambda: icons_by_program(page).get(GOOD), seconds=PAGE_SECONDS, what="the icon is found")
    picture = page.page.locator(f'.nm-tree-app:has-text("{GOOD}") img')
    expect(picture).to_be_visible()
    wait_for(lambda: picture.evaluate("(one) => one.naturalWidth"), seconds=PAGE_SECONDS, what="the picture is loaded")
    assert was_read(desktop.read)


@pytest.mark.parametrize("name", [OUTSIDE, LINKED])
def test_a_path_that_leads_out_of_the_themes_is_not_read(page: Tab, desktop: Desktop, name: str) -> None:
    wait_for(lambda: icons_by_program(page).get(GOOD), seconds=PAGE_SECONDS, what="icons were looked for")
    assert icons_by_program(page)[name] == ""
    row = page.page.locator(f'.nm-tree-app:has-text("{name}")')
    expect(row).to_be_visible()
    expect(row.locator("img:visible")).to_have_count(0)
    assert [file.name for file in desktop.secrets if was_read(file)] == []
    assert page.strays(desktop.program.origin) == []
