"""Streamlit's options are those of its process, so each test has one of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.clients.netmon_dashboard.door import Door, first_run
from tests.support.dashboard_process import dashboard

HOSTILE = """
[server]
address = "0.0.0.0"
port = 1
enableCORS = false
fileWatcherType = "watchdog"
[browser]
gatherUsageStats = true
[client]
showErrorDetails = "full"
[theme]
base = "http://198.51.100.1/theme.toml"
primaryColor = "#ff0000"
"""

SHOW = """
import json
from netmon_dashboard.settings import apply_settings
apply_settings(8613)
from streamlit import config
names = ["server.address", "server.port", "server.headless", "server.fileWatcherType", "browser.gatherUsageStats",
         "server.allowedHosts", "client.toolbarMode", "client.showErrorDetails", "runner.postScriptGC",
         "server.enableStaticServing", "server.enableAgentApi", "theme.base", "theme.primaryColor", "secrets.files",
         "theme.light.primaryColor", "theme.dark.primaryColor", "server.enableCORS"]
print(json.dumps({name: config.get_option(name) for name in names}))
"""


def home_with(text: str, folder: Path) -> dict[str, str]:
    """An environment whose home, which is also the working directory, holds these files of Streamlit."""
    place = folder / ".streamlit"
    place.mkdir()
    for name in ("config.toml", "secrets.toml", "credentials.toml"):
        (place / name).write_text(text, encoding="utf-8")
    return {**os.environ, "HOME": str(folder), "STREAMLIT_SERVER_ADDRESS": "0.0.0.0"}  # noqa: S104 -- is not heeded


def options_in(folder: Path, text: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=folder,
        env=home_with(text, folder),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


@pytest.mark.parametrize("text", [HOSTILE, "this is no [ TOML"], ids=["hostile", "broken"])
def test_our_settings_stand_whatever_lies_in_home_and_folder(tmp_path: Path, text: str) -> None:
    options = options_in(tmp_path, text)
    assert options["server.address"] == "127.0.0.1"
    assert options["server.port"] == 8613
    assert options["server.headless"] is True
    assert options["server.fileWatcherType"] == "none"
    assert options["server.allowedHosts"] == ["127.0.0.1", "localhost", "::1"]
    assert options["server.enableStaticServing"] is options["server.enableAgentApi"] is False
    assert options["server.enableCORS"] is True
    assert options["browser.gatherUsageStats"] is False
    assert options["client.showErrorDetails"] == "none"
    assert options["runner.postScriptGC"] is False
    assert options["secrets.files"] == []
    assert options["theme.base"] is options["theme.primaryColor"] is None, "a bare colour would pin the light mode"
    assert options["theme.light.primaryColor"] != options["theme.dark.primaryColor"]


def test_nothing_of_streamlit_is_read_from_or_written_to_a_home(tmp_path: Path) -> None:
    """Files that may be read by nobody, named pipes, would hang whoever opens them."""
    place = tmp_path / ".streamlit"
    place.mkdir()
    for name in ("config.toml", "secrets.toml", "credentials.toml", "machine_id_v4"):
        os.mkfifo(place / name)
    before = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*"))
    log = tmp_path.parent / f"{tmp_path.name}.log"
    prefix = ["env", f"--chdir={tmp_path}", f"HOME={tmp_path}"]
    with dashboard("/nowhere.sock", log, "--port", "0", prefix=prefix) as program:
        door = Door(program)
        assert door.get("/", Cookie=door.cookie).status == 200
        with door.socket("/_stcore/stream", protocol="streamlit", headers={"Cookie": door.cookie}) as socket:
            first_run(socket, until=b"netmon_live")
        program.terminate()
    assert sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*")) == before
