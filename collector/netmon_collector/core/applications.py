"""Names for applications: processes grouped the way people think of programs.

By executable; by bundle on macOS; by package for snaps and flatpaks, whose paths change with each
revision; by script for interpreters. An id stays the same for the same program over restarts and
upgrades of it, and is opaque to everybody else.
"""

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from netmon.model.text import clean
from netmon_collector.core.interpreter_families import interpreter_of
from netmon_collector.core.interpreters import Script, ScriptKind, script_of, shown_name

ARROW = " → "
"""Between an interpreter and its script."""

_DELETED = " (deleted)"
_NETMON_PROGRAMS = frozenset({"netmon_collector", "netmon_cli", "netmon_dashboard", "netmon_recorder"})
_MAX_ID_TEXT = 200

_BUNDLE = re.compile(r"(?P<bundle>/(?:[^/]+/)*?(?P<name>[^/]+)\.app)/Contents/")
_SNAP = re.compile(r"^/snap/(?P<name>[^/]+)/(?P<revision>[^/]+)/")
_SNAP_BASE = re.compile(r"core\d*|bare|snapd|base-.*|gnome-.*|gtk-.*")
_FLATPAK = re.compile(r"/flatpak/app/(?P<id>[^/]+)/")
_APPIMAGE = re.compile(r"/\.mount_[^/]+(?P<inner>/.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationName:
    """What an application is called: opaque stable id, name for people, path of what it runs.

    All three are clean text of at most 256 characters; the path may be empty.
    """

    id: str
    name: str
    path: str


def application_of(executable: str, name: str, arguments: Sequence[str]) -> ApplicationName:
    """Name the application of a process.

    ``executable`` is the path that the system gives, empty where it could not be read; ``name`` the
    process's own short name; ``arguments`` its command line (as much of it as was read), the
    program's own name first. Any text is taken; nothing raises.
    """
    executable = executable.removesuffix(_DELETED)
    program = posixpath.basename(executable) or name
    bundle = _BUNDLE.match(executable)
    if bundle is not None and bundle["name"] != "Python":
        return _application("app", bundle["bundle"], bundle["name"], bundle["bundle"])
    found = interpreter_of(program)
    if found is not None:
        interpreter, label = found
        script = script_of(interpreter, arguments)
        if script is not None:
            return _script_application(script, label, executable)
        program = label
    if not executable:
        return _application("name", program, program, "")
    return _packaged(executable, program) or _application("exe", executable, program, executable)


def is_netmon(application_name: str) -> bool:
    """Whether a name that ``application_of`` gave is one of netmon's own programs."""
    program = application_name.rpartition(ARROW)[2]
    return program.partition(".")[0].replace("-", "_") in _NETMON_PROGRAMS


def _script_application(script: Script, label: str, executable: str) -> ApplicationName:
    name = f"{label}{ARROW}{shown_name(script)}"
    if script.kind is ScriptKind.MODULE:
        return _application("module", f"{label}:{script.word}", name, executable)
    if "://" in script.word:
        address = re.split(r"[?#]", script.word, maxsplit=1)[0]
        name = f"{label}{ARROW}{posixpath.basename(address.rstrip('/'))}"
        return _application("script", address, name, address)
    if script.word.startswith("/"):
        path = "/" + posixpath.normpath(script.word).lstrip("/")
        return _application("script", _SNAP.sub(r"/snap/\g<name>/current/", path), name, path)
    # Relative to a folder that is not known: the interpreter keeps it apart from others' files of
    # this name.
    return _application("script", f"{label}:{shown_name(script)}", name, executable)


def _packaged(executable: str, program: str) -> ApplicationName | None:
    """Name what is installed under a path that changes with each revision or each start."""
    snap = _SNAP.match(executable)
    if snap is not None:
        if _SNAP_BASE.fullmatch(snap["name"]) is None:
            return _application("snap", snap["name"], snap["name"], executable)
        current = f"/snap/{snap['name']}/current/{executable[snap.end() :]}"
        return _application("exe", current, program, executable)
    flatpak = _FLATPAK.search(executable)
    if flatpak is not None:
        return _application("flatpak", flatpak["id"], program, executable)
    image = _APPIMAGE.search(executable)
    if image is not None:
        return _application("appimage", image["inner"], program, executable)
    return None


def _application(kind: str, key: str, name: str, path: str) -> ApplicationName:
    text = clean(key)
    if text != key or len(text) > _MAX_ID_TEXT:
        # What cleaning and cutting make equal, a digest of the original keeps apart.
        digest = sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:16]
        text = f"{text[:_MAX_ID_TEXT]}#{digest}"
    return ApplicationName(id=f"{kind}:{text}", name=clean(name) or "unknown", path=clean(path))
