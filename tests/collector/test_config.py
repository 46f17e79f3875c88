"""What the collector is told to do, and by whom."""

from pathlib import Path

import pytest

from netmon.program_settings import SettingsError
from netmon_collector.config import (
    LINUX_SOCKET,
    RECORD_LIMIT_BYTES,
    Settings,
    default_socket,
    load_settings,
)

NOWHERE = Path("/nonexistent/collector.toml")


def from_file(tmp_path: Path, text: str, *arguments: str, **environment: str) -> Settings:
    path = tmp_path / "collector.toml"
    path.write_text(text)
    return load_settings(arguments, environment, path)


def test_without_anything_said_the_defaults_hold() -> None:
    assert load_settings([], {}, NOWHERE) == Settings(socket=default_socket())


@pytest.mark.parametrize(
    ("arguments", "environment", "text", "expected"),
    [
        ([], {}, "", True),
        (["--no-names"], {}, "", False),
        ([], {"NETMON_NO_NAMES": "1"}, "", False),
        ([], {}, "no_names = true", False),
        ([], {"NETMON_NO_NAMES": "0"}, "no_names = true", True),
    ],
)
def test_names_are_learnt_unless_somebody_says_no(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], text: str, expected: bool
) -> None:
    assert from_file(tmp_path, text, *arguments, **environment).with_names is expected


def test_linux_serves_in_run() -> None:
    assert default_socket() == LINUX_SOCKET == Path("/run/netmon/collector.sock")


@pytest.mark.parametrize(
    ("arguments", "environment", "text", "expected"),
    [
        (["--interval", "3"], {"NETMON_INTERVAL": "4"}, "interval = 5", 3.0),
        ([], {"NETMON_INTERVAL": "4"}, "interval = 5", 4.0),
        ([], {"NETMON_INTERVAL": ""}, "interval = 5", 5.0),
        ([], {}, "interval = 5.5", 5.5),
        ([], {"INTERVAL": "9"}, "", 1.0),
    ],
)
def test_a_flag_goes_before_the_environment_before_the_file(
    tmp_path: Path, arguments: list[str], environment: dict[str, str], text: str, expected: float
) -> None:
    assert from_file(tmp_path, text, *arguments, **environment).interval_seconds == expected


def test_settings_of_different_sources_are_put_together(tmp_path: Path) -> None:
    settings = from_file(
        tmp_path,
        'interface = ["eth0", "lo"]\nverbose = true\n',
        "--exclude-interface",
        "docker*",
        "--exclude-interface",
        "veth*",
        NETMON_SOCKET="/run/x/c.sock",
        NETMON_COMMAND_LINES="yes",
    )
    assert settings == Settings(
        interfaces=("eth0", "lo"),
        excluded_interfaces=("docker*", "veth*"),
        socket=Path("/run/x/c.sock"),
        keep_command_lines=True,
        is_verbose=True,
    )


@pytest.mark.parametrize(
    ("arguments", "field", "value"),
    [
        (["--interface", "eth0", "--interface", "lo"], "interfaces", ("eth0", "lo")),
        (["--interval", "0.1"], "interval_seconds", 0.1),
        (["--interval", "60"], "interval_seconds", 60.0),
        (["--socket", "here.sock"], "socket", Path("here.sock")),
        (["--read", "a.pcap"], "read", Path("a.pcap")),
        (["--read", "a.pcap", "--at-once"], "is_paced", False),
        (["--read", "a.pcap", "--loop"], "is_looped", True),
        (["--record", "dir"], "record", Path("dir")),
        (["--record", "dir"], "record_limit_bytes", RECORD_LIMIT_BYTES),
        ([], "subscriber_limit", 1024),
        (["--max-subscribers", "2000"], "subscriber_limit", 2000),
        (["--max-subscribers-per-user", "1"], "subscribers_a_user", 1),
        (["--max-connections", "10000"], "connection_limit", 10_000),
        (["--max-connections-per-user", "8"], "connections_a_user", 8),
        (["--record", "dir", "--record-limit", "1e6"], "record_limit_bytes", 1_000_000),
        (["--owners", "psutil"], "owners", "psutil"),
        (["--command-lines"], "keep_command_lines", True),
        (["--no-capture"], "is_capturing", False),
        (["--verbose"], "is_verbose", True),
    ],
)
def test_each_flag_says_one_thing(arguments: list[str], field: str, value: object) -> None:
    assert getattr(load_settings(arguments, {}, NOWHERE), field) == value


@pytest.mark.parametrize(
    ("text", "yes"), [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("Off", False)]
)
def test_the_environment_says_yes_and_no_in_words(text: str, yes: bool) -> None:
    assert load_settings([], {"NETMON_VERBOSE": text}, NOWHERE).is_verbose is yes


def test_lists_of_the_environment_are_parted_by_commas() -> None:
    assert load_settings([], {"NETMON_INTERFACE": "eth0, wlan0"}, NOWHERE).interfaces == ("eth0", "wlan0")


def test_what_is_switched_off_needs_no_recording(tmp_path: Path) -> None:
    assert from_file(tmp_path, "at_once = false\nloop = false\n").is_paced


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('interval = "soon"', "interval"),
        ("interval = true", "interval"),
        ("interval = []", "interval"),
        ("interval = nan", "interval"),
        ("interval = 0.05", "interval"),
        ("interval = 61", "interval"),
        ("interval = 1" + "0" * 400, "interval"),
        ("record_limit = 0", "record_limit"),
        ("max_subscribers = 0", "max_subscribers"),
        ("max_subscribers_per_user = 1.5", "max_subscribers_per_user"),
        ("max_connections = 10001", "max_connections"),
        ("max_connections_per_user = nan", "max_connections_per_user"),
        ("record_limit = -5", "record_limit"),
        ("record_limit = inf", "record_limit"),
        ('record_limit = "1 GiB"', "record_limit"),
        ("socket = 5", "socket"),
        ('socket = ""', "socket"),
        ("read = []", "read"),
        ("interface = 7", "interface"),
        ("interface = [1]", "interface"),
        ('interface = ["eth0", " "]', "interface"),
        ('exclude_interface = [""]', "exclude_interface"),
        ('verbose = "perhaps"', "verbose"),
        ("verbose = 2", "verbose"),
        ("command_lines = {}", "command_lines"),
        ('owners = "magic"', "owners"),
        ("owners = []", "owners"),
        ("speed = 1", "speed"),
        ("interval = ", "collector.toml"),
        ("loop = true", "--loop"),
        ("at_once = true", "--read"),
        ('read = "a"\nrecord = "b"', "--record"),
        ('no_capture = true\nread = "a"', "--no-capture"),
        ('no_capture = true\nrecord = "b"', "--no-capture"),
        ('read = "a"\nloop = true\nat_once = true', "--loop"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(tmp_path: Path, text: str, names: str) -> None:
    with pytest.raises(SettingsError, match=names):
        from_file(tmp_path, text)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTERVAL", "never"),
        ("INTERVAL", "9" * 400),
        ("RECORD_LIMIT", "inf"),
        ("INTERFACE", "eth0,,lo"),
        ("OWNERS", "none"),
        ("VERBOSE", "maybe"),
    ],
)
def test_a_wrong_word_of_the_environment_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name.lower()):
        load_settings([], {f"NETMON_{name}": value}, NOWHERE)


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "collector.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"collector\.toml"):
        load_settings([], {}, path)


def test_a_file_that_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings([], {}, tmp_path)


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--interval"], ["stray"], ["--owners", "magic"]])
def test_flags_that_are_none_end_with_the_code_for_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        load_settings(arguments, {}, NOWHERE)
    assert ended.value.code == 2
    assert "netmon-collector" in capsys.readouterr().err
