"""How command lines are read; test_applications.py has a vector for each family."""

import pytest

from netmon_collector.core.interpreter_families import interpreter_of
from netmon_collector.core.interpreters import Script, ScriptKind, script_of, shown_name


def script(line: str) -> Script | None:
    words = line.split()
    found = interpreter_of(words[0])
    assert found is not None
    return script_of(found[0], words)


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("python3 -W error -X dev a.py", "a.py"),
        ("python3 -Werror -Xdev a.py", "a.py"),
        ("ruby -C /srv -Ilib a.rb", "a.rb"),
        ("php --file=a.php", "a.php"),
        ("php --define a=b --file a.php", "a.php"),
        ("bash +o posix a.sh", "a.sh"),
        ("fish -C init a.fish", "a.fish"),
        ("java --class-path=/a -jar a.jar", "a.jar"),
        ("java A.java", "A.java"),
        ("node --require=x -- a.js", "a.js"),
    ],
)
def test_options_and_their_values_are_skipped(line: str, word: str) -> None:
    assert script(line) == Script(kind=ScriptKind.FILE, word=word)


@pytest.mark.parametrize(
    "line",
    ["php -a", "node -i a.js", "deno eval 1", "fish --command=ls", "Rscript -e 1", "php -f", "java -jar", "lua -e 1"],
)
def test_without_a_file_there_is_no_script(line: str) -> None:
    assert script(line) is None


def test_an_empty_command_line_has_no_script() -> None:
    found = interpreter_of("bash")
    assert found is not None
    assert script_of(found[0], []) is None


@pytest.mark.parametrize(
    ("word", "shown"),
    [("/srv/a.py", "a.py"), ("a.py", "a.py"), ("/srv/t/index.js", "t/index.js"), ("./index.js", "index.js")],
)
def test_the_shown_name_is_short_but_tells_something(word: str, shown: str) -> None:
    assert shown_name(Script(kind=ScriptKind.FILE, word=word)) == shown
