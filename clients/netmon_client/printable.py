"""Text from outside without signs that a terminal or a reader's eye would be led by."""

__all__ = ["json_ascii", "json_escapes", "json_visible", "visible"]


def visible(text: str) -> str:
    r"""Give ``text`` on one line with every character that is not printable written as an escape.

    ESC becomes the four characters ``\x1b``, a right-to-left override ``\u202e``: a name from a process, a packet
    or a file can neither move the cursor nor reorder what stands beside it. The collector has cleaned names already;
    this one holds for saved files and for collectors that did not.
    """
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else _escape(ord(character)) for character in text)


def json_visible(line: str) -> str:
    """Give one line of JSON with characters that a terminal would act on as JSON escapes; its meaning stays.

    json.dumps escapes what is below U+0020 only: C1 controls (U+009B begins a terminal sequence), direction marks and
    lone surrogates would go out as they are.
    """
    if line.isprintable():
        return line
    return "".join(character if character.isprintable() else _json_escape(ord(character)) for character in line)


def json_ascii(text: str) -> str:
    """Give JSON in ASCII, all else as JSON escapes; its meaning stays."""
    if text.isascii():
        return text
    return "".join(character if character.isascii() else _json_escape(ord(character)) for character in text)


def json_escapes(error: UnicodeError) -> tuple[str, int]:
    r"""Write what an encoding cannot say as JSON's own escapes: a handler of errors for `codecs.register_error`.

    Python's backslashreplace has ``\\xe9`` and ``\\U0001f600``, with which a line is no JSON any more.
    """
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(_json_escape(ord(character)) for character in error.object[error.start : error.end]), error.end


def _json_escape(code: int) -> str:
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def _escape(code: int) -> str:
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
