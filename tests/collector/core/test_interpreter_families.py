import pytest

from netmon_collector.core.interpreter_families import interpreter_of


@pytest.mark.parametrize(
    ("program", "label"),
    [
        ("python", "python"),
        ("python3", "python3"),
        ("python3.11", "python3"),
        ("python3.13t", "python3"),
        ("Python", "python"),
        ("pypy3.10-c", "pypy3"),
        ("nodejs", "node"),
        ("node-20", "node"),
        ("ruby3.1", "ruby"),
        ("perl5.36.0", "perl"),
        ("php8.2", "php"),
        ("luajit-2.1", "lua"),
        ("R", "Rscript"),
        ("sh", "sh"),
        ("dash", "dash"),
        ("electron28", "electron"),
        ("mono-sgen", "mono"),
    ],
)
def test_an_interpreter_is_known_by_its_program(program: str, label: str) -> None:
    found = interpreter_of(program)
    assert found is not None
    assert found[1] == label


@pytest.mark.parametrize("program", ["", "pythonista", "python3-config", "php-fpm8.2", "ssh", "node_exporter", "javac"])
def test_other_programs_are_no_interpreters(program: str) -> None:
    assert interpreter_of(program) is None
