import os
import select
import socket
from collections.abc import Iterator

import pytest

from netmon_collector.host.link_watch import LinkWatch, open_link_watch
from tests.support.namespaces import Namespace, namespace
from tests.support.waiting import wait_for

WAIT_SECONDS = 30.0


@pytest.fixture
def place() -> Iterator[Namespace]:
    with namespace("nmhost") as made:
        yield made


@pytest.fixture
def watch(place: Namespace) -> Iterator[LinkWatch]:
    with place.entered():
        opened = open_link_watch()
    assert opened is not None
    yield opened
    opened.close()


def is_woken(watch: LinkWatch) -> bool:
    return bool(select.select([watch], [], [], WAIT_SECONDS)[0])


def is_quiet_again(watch: LinkWatch) -> None:
    """Wait until nothing more comes: of one change the kernel tells a second time from a thread of its own.

    (net/ipv6/addrconf.c, addrconf_dad_work; net/core/link_watch.c.)
    """
    wait_for(lambda: not watch.drain(), seconds=30, what="what was told is not told again")


def test_a_quiet_machine_wakes_nobody() -> None:
    opened = open_link_watch()
    assert opened is not None
    opened.drain()
    assert opened.fileno() >= 0
    opened.close()


@pytest.mark.root
@pytest.mark.parametrize(
    "change",
    [
        "link add nm0 type ifb",
        "address add 198.18.0.9/24 dev lo",
        "address add fd00:18::9/64 dev lo",
        "link set lo down",
    ],
)
def test_a_change_of_links_or_addresses_wakes_the_watcher_once(place: Namespace, watch: LinkWatch, change: str) -> None:
    watch.drain()
    place.ip(*change.split())
    assert is_woken(watch)
    assert watch.drain()
    is_quiet_again(watch)


@pytest.mark.root
def test_lost_messages_are_a_change(place: Namespace) -> None:
    with place.entered():
        netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
        netlink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        netlink.bind((0, 1))
    watch = LinkWatch(netlink)
    for number in range(20):
        place.ip("link", "add", f"nm{number}", "type", "ifb")
    assert watch.drain()
    is_quiet_again(watch)
    watch.close()


def test_a_watch_that_is_closed_has_no_descriptor() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    watch = LinkWatch(ours)
    os.write(theirs.fileno(), b"changed")
    assert watch.drain()
    watch.close()
    theirs.close()
    assert watch.fileno() == -1
