"""The programs of a made-up workstation: who they are, whom they talk to, and how much."""

from dataclasses import dataclass
from typing import Final

from netmon.model import DomainSource, Process, Protocol

FIRST_START: Final = 7_200.0
"""Seconds that the oldest program has run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One application. ``weight``: its share of the connections; ``port``: where it listens, 0 where it does not."""

    name: str
    executable: str
    user: str = "alice"
    uid: int = 1000
    weight: int = 1
    domains: tuple[str, ...] = ()
    remote_port: int = 443
    protocol: Protocol = Protocol.TCP
    source: DomainSource = DomainSource.SNI
    port: int = 0
    listens_on: str = "0.0.0.0"  # noqa: S104 -- shown, not bound
    unit: str = ""
    container: str = ""
    processes: int = 1


_WEB = ("www.wikipedia.org", "cdn.example.net", "fonts.example.org", "api.github.example", "news.example.com")

PROGRAMS: Final = (
    Program(name="firefox", executable="/usr/lib/firefox/firefox", weight=12, domains=_WEB, processes=5),
    Program(name="chromium", executable="/usr/lib/chromium/chromium", weight=10, domains=_WEB, processes=6),
    Program(name="thunderbird", executable="/usr/lib/thunderbird/thunderbird", domains=("imap.example.org",), weight=2),
    Program(
        name="code", executable="/usr/share/code/code", domains=("marketplace.example.com",), weight=3, processes=4
    ),
    Program(name="spotify", executable="/usr/share/spotify/spotify", domains=("audio-fa.example.net",), weight=2),
    Program(
        name="zoom",
        executable="/opt/zoom/zoom",
        domains=("zoom-eu4.example.us",),
        remote_port=8801,
        protocol=Protocol.UDP,
        source=DomainSource.DNS,
        weight=2,
    ),
    Program(
        name="sshd",
        executable="/usr/sbin/sshd",
        user="root",
        uid=0,
        port=22,
        listens_on="::",
        unit="ssh.service",
        remote_port=22,
    ),
    Program(
        name="postgres",
        executable="/usr/lib/postgresql/15/bin/postgres",
        user="postgres",
        uid=104,
        port=5432,
        listens_on="127.0.0.1",
        unit="postgresql.service",
        weight=3,
    ),
    Program(
        name="nginx",
        executable="/usr/sbin/nginx",
        user="www-data",
        uid=33,
        port=80,
        unit="nginx.service",
        weight=6,
        processes=3,
    ),
    Program(
        name="cupsd", executable="/usr/sbin/cupsd", user="root", uid=0, port=631, listens_on="::1", unit="cups.service"
    ),
    Program(
        name="systemd-resolved",
        executable="/usr/lib/systemd/systemd-resolved",
        user="systemd-resolve",
        uid=102,
        port=53,
        listens_on="127.0.0.53",
        protocol=Protocol.UDP,
        remote_port=53,
        source=DomainSource.UNSPECIFIED,
        unit="systemd-resolved.service",
    ),
    Program(
        name="dockerd", executable="/usr/bin/dockerd", user="root", uid=0, domains=("registry-1.example.io",), weight=2
    ),
    Program(
        name="python3 train.py",
        executable="/usr/bin/python3.11",
        domains=("datasets.example.ai",),
        container="jupyter",
        weight=2,
    ),
    Program(name="node", executable="/usr/bin/node", port=3000, domains=("registry.example.com",), weight=3),
    Program(
        name="syncthing",
        executable="/usr/bin/syncthing",
        port=22000,
        listens_on="::",
        remote_port=22000,
        domains=("relay.example.net",),
        weight=3,
    ),
    Program(name="transmission-gtk", executable="/usr/bin/transmission-gtk", port=51413, remote_port=51413, weight=8),
    Program(name="Slack", executable="/usr/lib/slack/slack", domains=("wss-primary.example.com",), weight=2),
    Program(name="Telegram", executable="/opt/Telegram/Telegram", domains=("",), weight=2),
    Program(name="git-remote-https", executable="/usr/lib/git-core/git-remote-https", domains=("git.example.org",)),
    Program(
        name="chronyd",
        executable="/usr/sbin/chronyd",
        user="_chrony",
        uid=110,
        protocol=Protocol.UDP,
        remote_port=123,
        domains=("ntp.example.org",),
        source=DomainSource.DNS,
        unit="chrony.service",
    ),
)

HOSTILE: Final = (
    Program(
        name="<b>bold</b><img src=x onerror=alert(1)>", executable="/home/alice/<script>", domains=("<i>x</i>.example",)
    ),
    Program(name="![x](http://198.51.100.1/x.png)", executable="/home/alice/md", domains=("[a](javascript:alert(1))",)),
    Program(name="evil\u202egnp.exe", executable="/home/alice/rtl\u202e", domains=("\u202emoc.elpmaxe",)),
    Program(name="A" * 250, executable="/home/alice/" + "a" * 240, domains=("x" * 60 + ".example",)),
)


def catalogue(count: int, *, hostile: bool = False) -> tuple[Program, ...]:
    """Give so many programs: the known ones first, then services that are told apart by number."""
    known = (*HOSTILE, *PROGRAMS) if hostile else PROGRAMS
    more = tuple(
        Program(
            name=f"service-{number}",
            executable=f"/opt/services/service-{number}",
            user="www-data",
            uid=33,
            domains=(f"backend-{number}.example.com",),
            unit=f"service-{number}.service",
        )
        for number in range(len(known) + 1, count + 1)
    )
    return (*known, *more)[:count]


def processes_of(program: Program, position: int, now: float) -> tuple[Process, ...]:
    """Give the processes of a program; their ids and pids depend on its position alone."""
    first = 1_000 + position * 20
    return tuple(
        Process(
            id=f"b007/{first + number}/{position * 977 + number}",
            pid=first + number,
            start_time=now - FIRST_START + (position * 60 + number * 7) % (FIRST_START - 60),
            name=program.name if number == 0 else f"{program.name}: worker {number}",
            executable=program.executable,
            user=program.user,
            uid=program.uid,
            parent_pid=first if number else 1,
            parent_name=program.name if number else "systemd",
            command_line=f"{program.executable} --profile default" if number == 0 else f"{program.executable} --child",
            application_id=f"exe:{program.executable}",
            application_name=program.name,
            application_path=program.executable,
            unit=program.unit,
            container=program.container,
        )
        for number in range(program.processes)
    )
