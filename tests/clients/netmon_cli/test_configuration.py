from pathlib import Path

import click
import pytest

from netmon_cli.configuration import configuration_paths, read_defaults
from netmon_cli.root import root
from tests.clients.netmon_cli.conftest import Run

README = Path(__file__).parents[3] / "clients/README.md"


def written(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def own_file(text: str) -> str:
    return written(Path(configuration_paths()[1]), text)


def test_the_later_file_wins_and_tables_stand_above_what_is_shared(tmp_path: Path) -> None:
    system = written(tmp_path / "system.toml", 'units = "iec"\nsocket = "/a"\ntop = 5\n[stream]\ncount = 3\n')
    own = written(tmp_path / "own.toml", '[stream]\nunits = "bit"\nno-headers = true\n[top]\nno_retry = false\n')
    with pytest.raises(click.UsageError, match=r'own\.toml: no option "no-retry" in \[top\]'):
        read_defaults([system, own], root)
    own = written(tmp_path / "own.toml", '[stream]\nunits = "bit"\nno_headers = true\n[top]\nnumeric = true\n')
    defaults = read_defaults([system, own], root)
    assert defaults["socket"] == "/a"
    assert defaults["apps"] == {"units": "iec"}
    assert defaults["stream"] == {"units": "bit", "count": "3", "no_headers": True}
    assert defaults["history"] == {"units": "iec", "top": "5"}
    assert defaults["top"] == {"units": "iec", "numeric": True}


def test_without_files_there_are_no_defaults(tmp_path: Path) -> None:
    assert read_defaults([str(tmp_path / "none.toml")], root) == {}


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "cli.toml", "units = ")
    with pytest.raises(ValueError, match=r"cli\.toml cannot be read"):
        read_defaults([path], root)


def test_a_flag_stands_above_the_environment_and_that_above_the_file(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    own_file('[connections]\nunits = "iec"\nlimit = 1\n')
    assert "19.1 MiB" in cli("connections").out
    assert "1 shown" in cli("connections").out
    monkeypatch.setenv("NETMON_CONNECTIONS_UNITS", "bit")
    assert "Mbit/s" in cli("connections").out
    assert "10.0 MB/s" in cli("connections", "--units", "si").out


@pytest.mark.parametrize("value", ['"app:firefox"', '["app:firefox", "is:remote"]'])
def test_a_filter_is_one_text_or_a_list(cli: Run, value: str) -> None:
    own_file(f"filter = {value}\n")
    result = cli("connections", "-o", "csv", "--columns", "app", "--no-headers")
    assert result.code == 0, result.err
    assert set(result.lines) == {"firefox"}


def test_a_damaged_file_ends_the_program_with_one_line(run_alone: Run) -> None:
    own_file("[")
    result = run_alone("status")
    assert (result.code, len(result.err.splitlines())) == (1, 1)
    assert "cannot be read" in result.err


def long_names(command: click.Command) -> list[tuple[str, click.Option]]:
    """Give the options of a command by name; there is none that has only a letter."""
    options = [option for option in command.params if isinstance(option, click.Option)]
    return [(next(word for word in each.opts if word.startswith("--")).removeprefix("--"), each) for each in options]


def test_every_option_of_every_command_is_taken_by_its_long_name(tmp_path: Path) -> None:
    context = click.Context(root)
    groups: list[tuple[str, click.Command]] = [("", root)]
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert command is not None
        groups.append((name, command))
        if isinstance(command, click.Group):
            groups += [(f"{name}.{inner}", each) for inner, each in command.commands.items()]
    seen = 0
    for place, command in groups:
        for word, option in long_names(command):
            value = "true" if option.is_flag else f'"{a_value(option)}"'
            path = written(tmp_path / "cli.toml", (f"[{place}]\n" if place else "") + f"{word} = {value}\n")
            defaults = read_defaults([path], root)
            for step in place.split(".") if place else ():
                defaults = defaults[step]
            assert option.name in defaults, (place, word)
            seen += 1
    assert seen > 100


def a_value(option: click.Option) -> str:
    if isinstance(option.type, click.Choice):
        return str(option.type.choices[0])
    return "20d" if option.type.name == "time" else "20"


def test_what_is_shared_reaches_only_the_commands_that_can_take_it(cli: Run) -> None:
    own_file('output = "csv"\nsince = "now"\n')
    assert cli("connections", "--columns", "app").lines[0] == "app"
    result = cli("status")
    assert result.code == 0, result.err
    assert cli("doctor").code != 2


def test_units_that_are_shared_are_no_matter_to_commands_without_sizes(cli: Run) -> None:
    own_file('units = "iec"\n')
    assert "19.1 MiB" in cli("connections").out
    assert cli("doctor").code == 0
    assert cli("doctor", "--units", "iec").code == 2


def test_what_is_shared_reaches_commands_of_commands(history_cli: Run) -> None:
    own_file('output = "json"\n')
    for arguments in (("alerts",), ("alerts", "list")):
        result = history_cli(*arguments)
        assert (result.code, result.lines[:1]) == (0, ["{"]), result.err
    own_file('output = "json"\n[alerts]\noutput = "table"\n[alerts.watch]\ncount = 1\n')
    assert history_cli("alerts").lines[0] == "No alert is saved."


def test_a_saved_alert_is_tested_by_its_name_also_where_there_are_defaults_for_new_ones(history_cli: Run) -> None:
    own_file('[alerts]\nover = "5GB"\nwithin = "1h"\n')
    assert history_cli("alerts", "put", "mine").code == 0
    assert history_cli("alerts", "test", "mine").code == 0
    result = history_cli("alerts", "test", "mine", "--over", "1GB")
    assert (result.code, "NAME or options" in result.err) == (2, True)


def test_options_that_are_called_otherwise_inside_are_taken(history_cli: Run) -> None:
    own_file('[history]\napp = "firefox"\nuser = ["root", "1000"]\n[export]\nformat = "jsonl"\noutput-file = "-"\n')
    assert history_cli("history", "--group", "app").code == 0
    result = history_cli("export")
    assert result.code == 0, result.err
    assert all(line.startswith("{") for line in result.lines)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('unit = "iec"', 'no option "unit": did you mean units?'),
        ('[connections]\nformat = "csv"', 'no option "format" in [connections].'),
        ("[alerts.watch]\ncounts = 1", 'no option "counts" in [alerts.watch]: did you mean count?'),
        ("[conections]\nlimit = 1", 'no command "conections": did you mean connections?'),
        ("[alerts.wach]\ncount = 1", 'no command "alerts wach": did you mean watch?'),
        ("[history.by]\nlimit = 1", 'no command "history by".'),
        ('output = "yaml"', "output = 'yaml': 'yaml' is not one of"),
        ('[doctor]\noutput = "csv"', "output = 'csv' in [doctor]: 'csv' is not one of"),
        ("[history]\ntop = 0", "top = 0 in [history]: 0 is not in the range 1<=x<=1000."),
        ('[connections]\nwatch = "no"', "watch = 'no' in [connections]: it is true or false."),
        ('[connections]\ncolumns = ["app"]', "columns = ['app'] in [connections]: it is a text."),
    ],
)
def test_what_no_option_takes_is_refused_in_one_line(run_alone: Run, text: str, said: str) -> None:
    path = own_file(f"{text}\n")
    result = run_alone("status")
    assert (result.code, len(result.err.splitlines())) == (2, 1)
    assert result.err.startswith(f"netmon-cli: {path}: {said}")


def test_a_key_that_is_shared_may_be_put_otherwise_for_all_that_know_it(tmp_path: Path) -> None:
    path = written(tmp_path / "cli.toml", "month-day = 1\n[history]\nmonth-day = 5\n")
    assert read_defaults([path], root)["history"] == {"month_day": "5"}


def test_debug_may_be_asked_for_in_a_file(run_alone: Run, tmp_path: Path) -> None:
    own_file("debug = true\n")
    result = run_alone("--socket", str(tmp_path / "none.sock"), "status")
    assert result.code == 3
    assert "Traceback" in result.err


def test_the_defaults_in_the_readme_are_taken(tmp_path: Path) -> None:
    shown = README.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    defaults = read_defaults([written(tmp_path / "cli.toml", shown)], root)
    assert (defaults["history"]["top"], defaults["history"]["format"]) == ("20", "csv")
    assert defaults["alerts"]["watch"] == {"units": "iec", "format": "jsonl"}
    assert "format" not in defaults["status"]
