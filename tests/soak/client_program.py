"""A client as programs are: ``client_program.py SOCKET`` streams snapshots and events until it is ended."""

import sys
import threading

from netmon_client import connect


def main(socket: str) -> None:
    with connect(socket) as client, connect(socket) as second:
        events = threading.Thread(target=lambda: [None for _ in second.events()], daemon=True)
        events.start()
        for number, _ in enumerate(client.snapshots()):
            if number == 1:
                sys.stdout.write("streaming\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
