"""The comparison: what one writes first with pcapy, dpkt and psutil. A program: ``python naive.py INTERFACE``.

A thread counts packets by five-tuple as libpcap hands them over; once a second all sockets are listed and each flow is
printed with its process. SIGTERM prints what was counted and ends it.
"""

import json
import os
import signal
import sys
import threading
import time
from ipaddress import ip_address
from types import FrameType
from typing import Any

import dpkt
import pcapy
import psutil

Key = tuple[int, str, int, str, int]

flows: dict[Key, list[int]] = {}


def on_packet(_header: object, frame: bytes) -> None:
    ip: Any = dpkt.ethernet.Ethernet(frame).data
    if not isinstance(ip, (dpkt.ip.IP, dpkt.ip6.IP6)):
        return
    is_ipv4 = isinstance(ip, dpkt.ip.IP)
    length: int = ip.len if is_ipv4 else ip.plen + 40
    protocol: int = ip.p if is_ipv4 else ip.nxt
    segment = ip.data
    ports = (segment.sport, segment.dport) if isinstance(segment, (dpkt.tcp.TCP, dpkt.udp.UDP)) else (0, 0)
    key = (protocol, str(ip_address(ip.src)), ports[0], str(ip_address(ip.dst)), ports[1])
    counted = flows.setdefault(key, [0, 0])
    counted[0] += 1
    counted[1] += length


def owners() -> dict[tuple[str, int], int | None]:
    return {(one.laddr.ip, one.laddr.port): one.pid for one in psutil.net_connections("inet") if one.laddr}


def name_of(pid: int | None, names: dict[int, str]) -> str:
    if pid is None:
        return "?"
    if pid not in names:
        try:
            names[pid] = psutil.Process(pid).name()
        except psutil.NoSuchProcess:
            names[pid] = "?"
    return names[pid]


def report() -> None:
    sockets = owners()
    names: dict[int, str] = {}
    for (protocol, source, sport, destination, dport), (packets, size) in list(flows.items()):
        pid = sockets.get((source, sport)) or sockets.get((destination, dport))
        row = [protocol, f"{source}:{sport}", f"{destination}:{dport}", pid, name_of(pid, names), packets, size]
        sys.stdout.write(json.dumps(row) + "\n")
    sys.stdout.flush()


def main() -> None:
    reader = pcapy.open_live(sys.argv[1], 65536, False, 100)

    def end(_number: int, _frame: FrameType | None) -> None:
        received, dropped, _ = reader.stats()
        counted = sum(packets for packets, _ in list(flows.values()))
        sys.stderr.write(json.dumps({"received": received, "dropped": dropped, "counted": counted}) + "\n")
        sys.stderr.flush()
        os._exit(0)

    signal.signal(signal.SIGTERM, end)
    threading.Thread(target=reader.loop, args=(0, on_packet), daemon=True).start()
    sys.stderr.write("ready\n")
    while True:
        time.sleep(1)
        report()


if __name__ == "__main__":
    main()
