"""Desktops in a temporary folder: entries, themes and pictures as packages install them."""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SVG: Final = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path fill="#c00" d="M0 0h8v8H0z"/></svg>'

_INDEX: Final = """[Icon Theme]
Name={name}
Inherits={parents}
Directories={folders}
"""


def png(side: int, shade: int = 0xCC) -> bytes:
    """Make a square picture of one shade of grey; of absurd sizes only the header is as said."""
    drawn = side if 0 < side <= 256 else 1
    rows = (b"\0" + bytes([shade]) * drawn) * drawn
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def icns(*entries: tuple[bytes, bytes]) -> bytes:
    """Make an Apple icon container of (type, data)."""
    body = b"".join(kind + struct.pack(">I", len(data) + 8) + data for kind, data in entries)
    return b"icns" + struct.pack(">I", len(body) + 8) + body


@dataclass(frozen=True, slots=True, kw_only=True)
class IconTree:
    """A home and a system's data folder below ``root``."""

    root: Path

    @property
    def share(self) -> Path:
        """What stands for /usr/share."""
        return self.root / "usr/share"

    @property
    def environ(self) -> dict[str, str]:
        """The environment of a user of this desktop."""
        return {"HOME": str(self.root / "home"), "PATH": str(self.root / "usr/bin")}

    def program(self, name: str, target: str = "") -> Path:
        """Put a program into /usr/bin, or a link to where it really is."""
        path = self.root / "usr/bin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        real = self.root / target if target else path
        real.parent.mkdir(parents=True, exist_ok=True)
        real.write_text("#!/bin/sh\n", encoding="utf-8")
        real.chmod(0o755)
        if real != path:
            path.symlink_to(real)
        return real

    def entry(self, entry_id: str, *, icon: str, exec_line: str = "", extra: str = "") -> Path:
        """Install a desktop entry."""
        path = self.share / f"applications/{entry_id}.desktop"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = f"[Desktop Entry]\nType=Application\nName={entry_id}\nIcon={icon}\nExec={exec_line}\n{extra}\n"
        path.write_text(lines, encoding="utf-8")
        return path

    def theme(self, name: str, folders: dict[str, str], parents: str = "", base: str = "usr/share/icons") -> Path:
        """Install a theme: folder → its lines in the index."""
        path = self.root / base / name
        path.mkdir(parents=True, exist_ok=True)
        text = _INDEX.format(name=name, parents=parents, folders=",".join(folders))
        text += "".join(f"\n[{folder}]\n{lines}\n" for folder, lines in folders.items())
        (path / "index.theme").write_text(text, encoding="utf-8")
        for folder in folders:
            (path / folder).mkdir(parents=True, exist_ok=True)
        return path

    def hicolor(self, **pictures: bytes) -> Path:
        """Install the theme that every desktop has, with pictures of 48 pixels: name → bytes."""
        path = self.theme("hicolor", {"48x48/apps": "Size=48\nType=Fixed"})
        for name, content in pictures.items():
            (path / f"48x48/apps/{name}.png").write_bytes(content)
        return path


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
