"""The manual page in roff (man(7))."""

from collections.abc import Iterator

from netmon.pages.program import Option, Program, options_of

__all__ = ["manual_page"]

_TITLES = {1: "User Commands", 8: "System Administration"}


def manual_page(program: Program) -> str:
    """Give the page."""
    return "\n".join(_lines(program)) + "\n"


def _lines(program: Program) -> Iterator[str]:
    name, parser = _text(program.name), program.parser
    description = " ".join((parser.description or "").split())
    summary = description.partition(". ")[0].rstrip(".")
    yield f'.TH {name.upper()} {program.section} "" "netmon" "{_TITLES[program.section]}"'
    yield from (".SH NAME", f"{name} \\- {_text(summary[:1].lower() + summary[1:])}")
    yield from (".SH SYNOPSIS", f".B {name}", "[OPTIONS]")
    yield from (".SH DESCRIPTION", _text(description), ".SH OPTIONS")
    for option in options_of(parser):
        yield from (".TP", _head(option), _text(option.help))
    if parser.epilog:
        yield from (".SH CONFIGURATION", _text(" ".join(parser.epilog.split())))
    if program.files:
        yield ".SH FILES"
        for path, meaning in program.files:
            yield from (".TP", f".I {_text(path)}", _text(meaning))
    yield ".SH EXIT STATUS"
    for code, meaning in program.exit_codes:
        yield from (".TP", f".B {code}", _text(meaning))
    if program.see_also:
        yield from (".SH SEE ALSO", ", ".join(f"{_text(page)}" for page in program.see_also))


def _head(option: Option) -> str:
    names = ", ".join(f"\\fB{_text(name)}\\fR" for name in option.names)
    return f"{names} \\fI{_text(option.word)}\\fR" if option.word else names


def _text(text: str) -> str:
    """Escape what roff would read as a request; a dash stays a dash that can be copied."""
    escaped = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    return "\\&" + escaped if escaped.startswith((".", "'")) else escaped
