"""Completion of options and their values, for the shells that people use."""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from netmon.pages.program import Option, Program, Value, options_of

__all__ = ["SHELLS", "completion"]


def completion(program: Program, shell: str) -> str:
    """Give the script for one of `SHELLS`."""
    return "\n".join(_WRITERS[shell](program.name, options_of(program.parser))) + "\n"


def _bash(name: str, options: Iterable[Option]) -> Iterator[str]:
    function = f"_{name.replace('-', '_')}"
    options = tuple(options)
    yield f"# bash completion of {name}"
    yield f"{function}() {{"
    yield "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} IFS=$'\\n'"
    yield "    COMPREPLY=()"
    yield "    case $previous in"
    for option in options:
        if option.value is not Value.NONE:
            yield f"        {'|'.join(option.names)}) {_bash_value(option)} return ;;"
    yield "    esac"
    words = " ".join(name for option in options for name in option.names)
    yield f"    COMPREPLY=($(IFS=' ' compgen -W '{words}' -- \"$current\"))"
    yield "}"
    yield f"complete -F {function} {name}"


def _bash_value(option: Option) -> str:
    if option.value is Value.CHOICE:
        return f"COMPREPLY=($(IFS=' ' compgen -W '{' '.join(option.choices)}' -- \"$current\"));"
    flag = {Value.FILE: "-f", Value.DIRECTORY: "-d"}.get(option.value)
    # With -o filenames bash quotes what it offers, and puts a slash behind directories.
    return "" if flag is None else f'compopt -o filenames; COMPREPLY=($(compgen {flag} -- "$current"));'


def _zsh(name: str, options: Iterable[Option]) -> Iterator[str]:
    yield f"#compdef {name}"
    yield "_arguments -S \\"
    for option in options:
        repeat = "*" if option.is_repeatable else f"({' '.join(option.names)})"
        value = _zsh_value(option)
        for one in option.names:
            yield f"    {_quoted(f'{repeat}{one}[{_zsh_text(option.help)}]{value}')} \\"
    yield "    && return 0"


def _zsh_value(option: Option) -> str:
    if option.value is Value.NONE:
        return ""
    action = {Value.FILE: "_files", Value.DIRECTORY: "_files -/", Value.CHOICE: f"({' '.join(option.choices)})"}
    word = "value" if option.value is Value.CHOICE else option.word
    return f":{word}:{action.get(option.value, ' ')}"


def _zsh_text(text: str) -> str:
    """Escape what ends a description of _arguments."""
    return "".join("\\" + character if character in "\\[]:" else character for character in text)


def _fish(name: str, options: Iterable[Option]) -> Iterator[str]:
    yield f"complete -c {name} -f"
    for option in options:
        names = " ".join(f"-l {one[2:]}" if one.startswith("--") else f"-s {one[1:]}" for one in option.names)
        yield f"complete -c {name} {names} {_fish_value(option)} -d {_fish_quoted(option.help)}"


def _fish_value(option: Option) -> str:
    if option.value is Value.CHOICE:
        return f"-x -a {_fish_quoted(' '.join(option.choices))}"
    return {Value.NONE: "-f", Value.FILE: "-r -F", Value.DIRECTORY: "-x -a '(__fish_complete_directories)'"}.get(
        option.value, "-x"
    )


def _quoted(text: str) -> str:
    """Quote for bash and zsh."""
    return "'" + text.replace("'", "'\\''") + "'"


def _fish_quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_WRITERS: Final[dict[str, Callable[[str, Iterable[Option]], Iterator[str]]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
}
SHELLS: Final = tuple(_WRITERS)
