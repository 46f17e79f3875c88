"""One end of a tunnel: a tun device whose packets travel in UDP datagrams.

    python -m tests.support.tunnel_ends NAME TRUTH LOCAL REMOTE PORT INNER_ADDRESS

Standard library only. Prints a line when the device is up, goes on until its standard input ends, and then notes in
TRUTH how many bytes of inner packets passed each way.
"""

import fcntl
import json
import os
import select
import socket
import struct
import subprocess
import sys

from tests.support.owner_truth import Truth

_TUNSETIFF = 0x400454CA
_IFF_TUN = 0x0001
_IFF_NO_PI = 0x1000
_MTU = 1_400


def open_device(name: str, address: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TUN | _IFF_NO_PI))
    for words in (["address", "add", address, "dev", name], ["link", "set", name, "mtu", str(_MTU), "up"]):
        subprocess.run(["ip", *words], check=True)
    return device


def main(name: str, truth: str, local: str, remote: str, port: str, address: str) -> None:
    sent = received = 0
    device = open_device(name, address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outer, Truth(truth) as file:
        outer.bind((local, int(port)))
        sys.stdout.write(json.dumps({"ready": True, "pid": os.getpid()}) + "\n")
        sys.stdout.flush()
        while True:
            ready, _, _ = select.select([device, outer, sys.stdin], [], [])
            if sys.stdin in ready:
                break
            if device in ready:
                packet = os.read(device, 65_536)
                sent += len(packet)
                outer.sendto(packet, (remote, int(port)))  # not connected: the other end may not be up yet
            if outer in ready:
                packet = outer.recv(65_536)
                received += len(packet)
                os.write(device, packet)
        file.note(kind=name, pid=os.getpid(), local=local, remote=remote, sent=sent, received=received)


if __name__ == "__main__":
    main(*sys.argv[1:])
