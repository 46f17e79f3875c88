from pathlib import Path

import pytest

from netmon_cli.configuration import configuration_paths, read_defaults
from tests.clients.netmon_cli.conftest import Run


def written(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_the_later_file_wins_and_tables_stand_above_what_is_shared(tmp_path: Path) -> None:
    system = written(tmp_path / "system.toml", 'units = "iec"\nsocket = "/a"\n[stream]\ncount = 3\n')
    own = written(tmp_path / "own.toml", '[stream]\nunits = "bit"\nno-headers = true\n')
    defaults = read_defaults([system, own], ["stream", "apps"])
    assert defaults["socket"] == "/a"
    assert defaults["apps"]["units"] == "iec"
    assert defaults["stream"] == {"units": "bit", "socket": "/a", "count": 3, "no_headers": True}


def test_without_files_there_are_no_defaults(tmp_path: Path) -> None:
    assert read_defaults([str(tmp_path / "none.toml")], ["stream"]) == {}


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "cli.toml", "units = ")
    with pytest.raises(ValueError, match=r"cli\.toml cannot be read"):
        read_defaults([path], ["stream"])


def test_a_flag_stands_above_the_environment_and_that_above_the_file(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    written(Path(configuration_paths()[1]), '[connections]\nunits = "iec"\nlimit = 1\n')
    assert "19.1 MiB" in cli("connections").out
    assert "1 shown" in cli("connections").out
    monkeypatch.setenv("NETMON_CONNECTIONS_UNITS", "bit")
    assert "Mbit/s" in cli("connections").out
    assert "10.0 MB/s" in cli("connections", "--units", "si").out


@pytest.mark.parametrize("value", ['"app:firefox"', '["app:firefox", "is:remote"]'])
def test_a_filter_is_one_text_or_a_list(cli: Run, value: str) -> None:
    written(Path(configuration_paths()[1]), f"filter = {value}\n")
    result = cli("connections", "-o", "csv", "--columns", "app", "--no-headers")
    assert result.code == 0, result.err
    assert set(result.lines) == {"firefox"}


def test_a_damaged_file_ends_the_program_with_one_line(run_alone: Run) -> None:
    written(Path(configuration_paths()[1]), "[")
    result = run_alone("version")
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert "cannot be read" in result.err
