"""A DNS server for tests: answers from a table over UDP and TCP, until its input ends.

``python -m tests.support.name_server ADDRESS PORT NAME=RECORD[,RECORD...] ...``: a record is an address, or a name that
the asked one is an alias of, which must be in the table too. It prints a line when it listens.
"""

import selectors
import socket
import struct
import sys
from collections.abc import Iterator
from ipaddress import ip_address

from netmon_collector.names.dns import TYPE_A, TYPE_AAAA, TYPE_CNAME, parse_message
from tests.support.name_messages import dns_message, dns_name, question, record

Table = dict[str, tuple[str, ...]]


def read_table(arguments: list[str]) -> Table:
    """Read ``NAME=RECORD,RECORD`` texts."""
    pairs = (argument.partition("=") for argument in arguments)
    return {name: tuple(records.split(",")) for name, _, records in pairs}


def records_of(table: Table, name: str, record_type: int) -> Iterator[bytes]:
    """Give the answer section for a question."""
    for text in table.get(name, ()):
        try:
            address = ip_address(text)
        except ValueError:
            yield record(name, TYPE_CNAME, dns_name(text), ttl_seconds=120)
            yield from records_of(table, text, record_type)
            continue
        if record_type == (TYPE_A if address.version == 4 else TYPE_AAAA):
            yield record(name, record_type, address.packed, ttl_seconds=60)


def reply(table: Table, query: bytes) -> bytes:
    """Answer a message, or say that there is no such name."""
    message = parse_message(query)
    asked = message.questions[0]
    flags = 0x8180 if asked.name in table else 0x8183
    return dns_message(
        questions=[question(asked.name, asked.type)],
        answers=list(records_of(table, asked.name, asked.type)),
        flags=flags,
        message_id=message.id,
    )


def serve(address: str, port: int, table: Table) -> None:
    """Answer until standard input ends."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_DGRAM) as datagrams,
        socket.create_server((address, port), family=family) as streams,
        selectors.DefaultSelector() as selector,
    ):
        datagrams.bind((address, port))
        for waiting in (datagrams, streams, sys.stdin):
            selector.register(waiting, selectors.EVENT_READ)
        sys.stdout.write("listening\n")
        sys.stdout.flush()
        while True:
            for key, _ in selector.select():
                if key.fileobj is sys.stdin:
                    return
                if key.fileobj is datagrams:
                    query, asker = datagrams.recvfrom(4_096)
                    datagrams.sendto(reply(table, query), asker)
                else:
                    with streams.accept()[0] as stream, stream.makefile("rb") as reader:
                        (length,) = struct.unpack("!H", reader.read(2))
                        answer = reply(table, reader.read(length))
                        stream.sendall(struct.pack("!H", len(answer)) + answer)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]), read_table(sys.argv[3:]))
