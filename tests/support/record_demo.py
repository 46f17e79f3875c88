"""Makes clients/demo: a recording of a small network that exists only while it is recorded.

By hand, as root: ``.venv/bin/python -m tests.support.record_demo``. It takes a minute and needs a Debian with python3,
iproute2, util-linux and ping.

A "laptop" and everything that it talks to live in two network namespaces of their own. On the laptop real programs of
different names and users use the network, and ``netmon-collector --record`` watches them. The laptop has its own
processes, host name, users and folders (namespaces of each kind, and overlays that vanish), so that nothing of the
machine that records can be in the recording; addresses are those that are set aside for documentation (RFC 5737, 3849).
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.demo_laptop import RECORD_SECONDS
from tests.support.demo_programs import QUIC_INITIAL
from tests.support.name_messages import crypto_frame, named_hello, seal_initial
from tests.support.namespaces import Namespace, namespace
from tests.support.source_tree import ROOT

DEMO = ROOT / "clients/demo"
MOST_BYTES = 3_000_000
RECORDER = "netmon-collecto"  # of a program's name the kernel keeps 15 characters

LAPTOP_ADDRESSES = ("192.168.1.23/24", "2001:db8:1::23/64")
ROUTER_ADDRESSES = (
    *(f"192.168.1.{host}/24" for host in (1, 20, 50, 51)),
    *("2001:db8:1::1/64", "2001:db8:1::40/64"),
)
INTERNET_ADDRESSES = (
    *(f"203.0.113.{host}/32" for host in (10, 11, 30, 31, 45, 46, 80, 123, 200)),
    *(f"198.51.100.{host}/32" for host in (7, 25, 40, 60, 77)),
    *(f"2001:db8:{place}/128" for place in ("20::5", "20::10", "20::30", "20::60", "25::25", "30::7")),
)
PORTS = ("22", "80", "443", "587", "993", "22000")
DATAGRAM_PLACES = (
    "192.168.1.1:53",
    "203.0.113.80:443",
    "203.0.113.123:123",
    "198.51.100.77:3478",
    "198.51.100.77:3479",
)


def build(laptop: Namespace, router: Namespace) -> None:
    """Join the two by a wire, and give the router's side all addresses of the world."""
    laptop.ip("link", "add", "wlan0", "type", "veth", "peer", "name", "lan0", "netns", router.name)
    ends = (
        (laptop, "wlan0", "02:00:5e:00:53:23", LAPTOP_ADDRESSES),  # documentation's MACs, RFC 7042, as local ones
        (router, "lan0", "02:00:5e:00:53:01", ROUTER_ADDRESSES),
    )
    for end, name, mac, addresses in ends:
        end.ip("link", "set", name, "address", mac, "addrgenmode", "none")
        for address in addresses:
            end.ip("address", "add", address, "dev", name, *(("nodad",) if ":" in address else ("broadcast", "+")))
        end.ip("link", "set", name, "up")
    for address in INTERNET_ADDRESSES:
        router.ip("address", "add", address, "dev", "lo")
    laptop.ip("route", "add", "default", "via", "192.168.1.1")
    laptop.ip("-6", "route", "add", "default", "via", "2001:db8:1::1")


@contextmanager
def world(code: Path) -> Generator[Namespace]:
    """Make the two namespaces and run the far side; give the laptop's."""
    with namespace("nmdemo") as laptop, namespace("nmdemo") as router:
        build(laptop, router)
        python = ("/usr/bin/env", f"PYTHONPATH={code}", "/usr/bin/python3")
        servers = router.popen(
            *python, "-m", "tests.support.demo_servers", *PORTS, "--udp", *DATAGRAM_PLACES, stderr=None
        )
        visitors = None
        try:
            assert servers.stdout is not None
            assert servers.stdout.readline() == "ready\n"
            code_of_visitors = "from tests.support.demo_programs import play; play('visitors')"
            visitors = router.popen(*python, "-c", code_of_visitors, stderr=None)
            yield laptop
        finally:
            for process in (visitors, servers):
                if process is not None:
                    process.kill()
                    process.communicate()


def record(laptop: Namespace, directory: Path, code: Path) -> None:
    """Run the laptop's programs under a recording collector."""
    isolated = ("unshare", "--mount", "--uts", "--ipc", "--cgroup", "--pid", "--fork", "--mount-proc", "--kill-child")
    inside = ("-m", "tests.support.demo_laptop", str(directory), str(code))
    command = laptop.command(*isolated, sys.executable, *inside)
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, timeout=RECORD_SECONDS + 60)


def leave_out_the_recorder(sidecar: Path) -> None:
    """Take the collector's own process, and the handles that it holds, out of what it wrote down."""
    lines: list[str] = []
    for line in sidecar.read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if item["type"] == "processes":
            item["rows"] = [row for row in item["rows"] if row["name"] != RECORDER]
        elif item["type"] == "sockets":
            item.pop("packet_sockets", None)
        lines.append(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n")
    sidecar.write_text("".join(lines), encoding="utf-8")


def check(directory: Path) -> None:
    """Refuse a recording that is too large or that holds anything of this machine."""
    size = sum(path.stat().st_size for path in directory.iterdir())
    if size > MOST_BYTES:
        raise SystemExit(f"{size} bytes are too many")
    found = {path.name: words_of_this_machine(path.read_bytes()) for path in directory.iterdir()}
    if any(found.values()):
        raise SystemExit(f"the recording holds words of this machine: {found}")


def words_of_this_machine(content: bytes) -> list[str]:
    """Find this machine's host name, folders and boot id, as whole words."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    words = {str(ROOT), str(Path.home()), sys.prefix, sys.base_prefix, boot, os.environ.get("SUDO_USER", "")}
    name = socket.gethostname()
    words |= {name, name.partition(".")[0]}
    # A very short name is in any bytes; in text it would stand as a word.
    shortest = 1 if content.isascii() and b"\0" not in content else 5
    long_enough = (word for word in words if len(word) >= shortest and word != "/")
    return sorted(
        word for word in long_enough if re.search(rb"(?<!\w)" + re.escape(word.encode()) + rb"(?!\w)", content)
    )


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    place = Path(tempfile.mkdtemp(prefix="netmon-demo-", dir="/run"))
    place.chmod(0o755)
    directory, code = place / "recording", place / "code"
    try:
        package = code / "tests/support"
        package.mkdir(parents=True)
        for name in ("demo_servers.py", "demo_programs.py"):
            shutil.copy(ROOT / "tests/support" / name, package)
        initial = seal_initial(crypto_frame(0, named_hello("video.example.net")))
        (package / QUIC_INITIAL.name).write_bytes(initial)
        with world(code) as laptop:
            record(laptop, directory, code)
        leave_out_the_recorder(directory / "netmon.sidecar.jsonl")
        check(directory)
        shutil.rmtree(DEMO, ignore_errors=True)
        shutil.copytree(directory, DEMO)
        DEMO.chmod(0o755)
        for path in sorted(DEMO.iterdir()):
            path.chmod(0o644)
            sys.stdout.write(f"{path.stat().st_size:9,} {path.relative_to(ROOT)}\n")
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    main()
