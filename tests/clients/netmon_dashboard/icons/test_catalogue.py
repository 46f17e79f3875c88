import pytest

from netmon_dashboard.icons.catalogue import Catalogue
from netmon_dashboard.icons.desktop_entries import DesktopEntry, parse_entry

PROGRAMS = {
    "google-chrome": "/opt/google/chrome/google-chrome",
    "/usr/bin/google-chrome": "/opt/google/chrome/google-chrome",
    "editor": "/usr/bin/editor",
    "/snap/bin/mail": "/usr/bin/snap",
    "/usr/bin/python3.11": "/usr/bin/python3.11",
}


def entry(name: str, exec_line: str, extra: str = "") -> DesktopEntry:
    text = f"[Desktop Entry]\nType=Application\nName={name}\nIcon=icon-of-{name}\nExec={exec_line}\n{extra}\n"
    parsed = parse_entry(text.encode(), name)
    assert parsed is not None
    return parsed


CATALOGUE = Catalogue(
    [
        entry("App", "/usr/bin/google-chrome --app-id=abc"),
        entry("google-chrome", "/usr/bin/google-chrome %U"),
        entry("org.example.Editor", "editor %F", "StartupWMClass=Edit-Window"),
        entry("org.example.Mail", "flatpak run --command=mailer org.example.Mail", "X-Flatpak=org.example.Mail"),
        entry("mail_mail", "env BAMF=1 /snap/bin/mail %u", "X-SnapInstanceName=mail"),
        entry("tool", "python3 /usr/share/tool/tool.py", "TryExec=python3"),
        entry("game", "sh -c 'cd /x && ./game'"),
        entry("steam-game", "steam steam://run/1"),
        entry("steam", "/usr/bin/steam %U"),
        entry("hidden", "viewer", "NoDisplay=true"),
        entry("viewer", "viewer --new"),
        entry("Python", "/usr/bin/python3.11"),
        entry("none", ""),
    ],
    locate=lambda program: PROGRAMS.get(program, ""),
)


def found(path: str, name: str = "") -> str:
    match = CATALOGUE.find(path, name or path.rpartition("/")[2])
    return match.id if match is not None else ""


@pytest.mark.parametrize(
    ("path", "name", "expected"),
    [
        ("/usr/bin/editor", "", "org.example.Editor"),
        ("/home/u/build/EDITOR", "", "org.example.Editor"),  # by the program's name, whatever its capitals
        ("", "edit-window", "org.example.Editor"),  # by the class of its windows
        ("/opt/google/chrome/chrome", "", "google-chrome"),  # in the folder that the entry's program really lies in
        ("/var/lib/flatpak/app/org.example.Mail/x86_64/stable/1/files/bin/thing", "", "org.example.Mail"),
        ("/snap/mail/12/usr/lib/mailer", "mail", "mail_mail"),
        ("/usr/games/steam", "", "steam"),  # not the game that it may start
        ("/usr/bin/viewer", "", "viewer"),  # what the menus show before what they hide
        ("/usr/bin/python3.11", "", "Python"),
        ("/usr/share/tool/tool.py", "python3 → tool.py", "tool"),
        ("/usr/bin/editor", "python3 → editor", "org.example.Editor"),  # a program that is a script
    ],
)
def test_an_application_has_its_entry(path: str, name: str, expected: str) -> None:
    assert found(path, name) == expected


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("", ""),
        ("/usr/bin/other", "other"),
        ("/usr/bin/python3.11", "python3.11 → server.py"),  # a script is not the interpreter
        ("/usr/bin/python3", "python3"),  # tried for by an entry of something else
        ("/usr/bin/snap", "snap"),  # where a snap's link leads
        ("/usr/bin/flatpak", "flatpak"),
        ("/usr/bin/sh", "sh"),
        ("/usr/bin/env", "env"),
        ("/usr/bin/else", "else"),  # /usr/bin is no application's own folder
    ],
)
def test_others_have_none(path: str, name: str) -> None:
    assert found(path, name) == ""
