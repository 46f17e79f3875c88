"""Which script an interpreter runs, read from its command line."""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, unique

from netmon_collector.core.interpreter_families import Interpreter


@unique
class ScriptKind(Enum):
    """What the word in ``Script.word`` is."""

    FILE = "file"
    MODULE = "module"
    """A module or a main class: found by name, not by path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What an interpreter was told to run; ``word`` as it stands in the command line."""

    kind: ScriptKind
    word: str


def script_of(interpreter: Interpreter, arguments: Sequence[str]) -> Script | None:
    """Find what the interpreter runs.

    ``arguments`` is the whole command line, the program's own name first. None where there is no
    script: code in the command line, an interactive session, a title that was written over the
    command line.
    """
    words = list(arguments[1:])
    skipped = interpreter.subcommands
    while words:
        word = words.pop(0)
        if word == "--":
            break
        if word[:1] not in {"-", "+"} or word == "-":
            if word in skipped:
                skipped = frozenset[str]()
                continue
            words.insert(0, word)
            break
        found, ends = _read_option(interpreter, word, words)
        if found is not None or ends:
            return found
    return _first_word(interpreter, words)


def _first_word(interpreter: Interpreter, words: list[str]) -> Script | None:
    word = words[0] if words else ""
    # "-": the script comes by standard input; "@": Java's file of arguments.
    if not interpreter.takes_first_word or not word.strip("/.") or word[0] in "-@":
        return None
    if word in interpreter.plain_commands or not word.endswith(interpreter.suffixes or ""):
        return None
    if interpreter.first_word_is_class and not word.endswith(".java"):
        return Script(kind=ScriptKind.MODULE, word=word)
    return Script(kind=ScriptKind.FILE, word=word)


def _read_option(interpreter: Interpreter, word: str, rest: list[str]) -> tuple[Script | None, bool]:
    """Give the script that an option names, and whether the search ends; ``rest`` has its value."""
    name, equals, value = word.partition("=")
    if interpreter.has_clusters and not word.startswith("--"):
        return _read_cluster(interpreter, word, rest)
    for words, kind in (
        (interpreter.file_words, ScriptKind.FILE),
        (interpreter.module_words, ScriptKind.MODULE),
    ):
        if name in words:
            return _script(kind, value if equals else _next(rest)), True
    if name in interpreter.inline_words:
        return _named_later(interpreter, rest), True
    if name in interpreter.value_words and not equals:
        _next(rest)
    return None, False


def _read_cluster(interpreter: Interpreter, word: str, rest: list[str]) -> tuple[Script | None, bool]:
    """Read letters behind one dash, such as ``-Im http.server``."""
    for place, letter in enumerate(word[1:], start=2):
        if letter in interpreter.inline_letters:
            return None, True
        if letter in interpreter.tail_letters:
            break
        attached = word[place:]
        if letter in interpreter.module_letters:
            return _script(ScriptKind.MODULE, attached or _next(rest)), True
        if letter in interpreter.file_letters:
            return _script(ScriptKind.FILE, attached or _next(rest)), True
        if letter in interpreter.value_letters:
            if not attached:
                _next(rest)
            break
    return None, False


def _named_later(interpreter: Interpreter, rest: list[str]) -> Script | None:
    """Electron's helpers: ``--type=renderer … --app-path=/usr/lib/app/app.asar``."""
    for word in rest:
        name, equals, value = word.partition("=")
        if equals and name in interpreter.file_words:
            return _script(ScriptKind.FILE, value)
    return None


def _next(rest: list[str]) -> str:
    return rest.pop(0) if rest else ""


def _script(kind: ScriptKind, word: str) -> Script | None:
    return Script(kind=kind, word=word) if word.strip("/.") else None


_SAYS_NOTHING = frozenset({"__main__.py", "index.js", "index.mjs", "app.asar"})
"""File names that every second program has: the folder goes with them."""


def shown_name(script: Script) -> str:
    """Give the base name of a script, with its folder where the name alone says nothing."""
    if script.kind is ScriptKind.MODULE:
        return script.word
    path = script.word.rstrip("/")
    base = posixpath.basename(path)
    folder = posixpath.basename(posixpath.dirname(path))
    return f"{folder}/{base}" if base in _SAYS_NOTHING and folder.strip(".") else base
