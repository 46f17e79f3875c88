"""One application's sums."""

from netmon_collector.core.account import Account
from tests.support.wire import PEER, STRANGER, process

CURL, SIBLING = process(10), process(11)


def test_open_connections_listeners_processes_peers_and_users_are_counted() -> None:
    account = Account("exe:/usr/bin/curl", "curl", "/usr/bin/curl", 5.0)
    account.count(CURL, PEER, is_listening=False)
    account.count(SIBLING, PEER, is_listening=False)
    account.count(CURL, b"", is_listening=True)
    assert (account.connection_count, account.listening_count) == (2, 1)
    assert account.process_ids == {CURL.id, SIBLING.id}
    assert (account.remotes, account.users) == ({PEER}, {"alice"})


def test_counting_anew_keeps_the_sums() -> None:
    account = Account("exe:/usr/bin/curl", "curl", "/usr/bin/curl", 5.0)
    account.tally.add_sent(10, 1)
    account.count(CURL, STRANGER, is_listening=False)
    account.begin_count()
    assert (account.connection_count, account.listening_count) == (0, 0)
    assert (account.process_ids, account.remotes, account.users) == (set(), set(), set())
    assert account.tally.sent_bytes == 10
