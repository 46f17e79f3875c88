"""PeerGate: owns the public socket, knows who connects, and hands the bytes on to gRPC's private one.

gRPC cannot see the user of a peer, nor count connections by user, nor notice one that is frozen. The gate binds its own
end of each connection to a name of its own, which gRPC shows as the peer (``context.peer()``), and knows by it whom the
kernel named. Only this process' user can enter the private directory, and the name cannot be guessed: what came another
way is never taken for one of these. (User and process in the name itself would do too; paths of sockets are short.)
"""

import asyncio
import contextlib
import errno
import logging
import os
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from netmon.serving.arrival import Arrival
from netmon.serving.credentials import Credentials, read_credentials
from netmon.serving.directory import LONGEST_PRIVATE_BYTES
from netmon.serving.passage import open_passage
from netmon.serving.pump import Pump
from netmon.serving.quotas import ConnectionQuotas
from netmon.serving.refusals import Refusals

_ACCEPTED_AT_ONCE: Final = 32
_FULL_SECONDS: Final = 1.0

_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTimes:
    """Seconds: until a client must have said what it speaks, and until one that reads nothing is cut."""

    preface_seconds: float = 3.0
    unread_seconds: float = 30.0


class PeerGate:
    """Takes connections from listeners and pumps them to the private socket. For one event loop's thread alone."""

    def __init__(self, quotas: ConnectionQuotas, times: GateTimes, loop: asyncio.AbstractEventLoop) -> None:
        self._quotas = quotas
        self._times = times
        self._loop = loop
        self._known: dict[str, Credentials] = {}
        self._private: Path | None = None
        self._listener: socket.socket | None = None
        self._pumps: dict[str, Pump] = {}
        self._arrivals: set[Arrival] = set()
        self._one_left = asyncio.Event()
        self._passage = open_passage()
        self._refused = Refusals("connections refused or cut")

    @property
    def connection_count(self) -> int:
        """Connections that are open, those included that have not said yet what they speak."""
        return self._quotas.count

    def lead_to(self, private: Path) -> None:
        """Hand new connections to the server that listens here, in a directory that nobody else may enter."""
        self._private = private

    def listen(self, listener: socket.socket) -> None:
        """Take connections from this socket, and from the one before no more. Closes them itself."""
        self._close_listener()
        listener.settimeout(0.0)
        self._listener = listener
        self._loop.add_reader(listener, self._accept)

    def credentials_of(self, peer: str) -> Credentials | None:
        """Give whom gRPC's name of a peer stands for; None for one that did not come through here."""
        return self._known.get(peer.rpartition("/")[2])

    def cut(self, peer: str) -> None:
        """End the connection that gRPC knows by this name: its caller does not take what it asked for."""
        pump = self._pumps.get(peer.rpartition("/")[2])
        if pump is not None:
            pump.end()
            self._refused.note("that took no end of a call", None)

    def look(self, now: float) -> None:
        """Cut who has read nothing for too long, and say what was refused. ``now`` is the loop's time."""
        frozen = [pump for pump in self._pumps.values() if pump.unread_seconds(now) >= self._times.unread_seconds]
        for pump in frozen:
            pump.end()
        if frozen:
            _LOGGER.warning("cut %d connections that read nothing for %g s", len(frozen), self._times.unread_seconds)
        self._refused.say(now)

    async def close(self, seconds: float) -> None:
        """Take no more; let those that are ending read the end, for so many seconds; close all."""
        self._close_listener()
        for arrival in tuple(self._arrivals):
            arrival.drop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._pumps:
                    self._one_left.clear()
                    await self._one_left.wait()
        for pump in tuple(self._pumps.values()):
            pump.end()
        self._passage.close()

    def _close_listener(self) -> None:
        if self._listener is not None:
            self._loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def _accept(self) -> None:
        """Take some: between two lots others have their turn."""
        listener = self._listener
        for _ in range(_ACCEPTED_AT_ONCE):
            if listener is None:
                return
            try:
                client, _ = listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    raise
                self._pause(listener)
                return
            client.settimeout(0.0)
            self._admit(client)

    def _pause(self, listener: socket.socket) -> None:
        """Take nothing for a moment: where no descriptor is left, a socket that is ready would be asked for ever."""
        self._refused.note("no open files are left", None)
        self._loop.remove_reader(listener)

        def go_on() -> None:
            if self._listener is listener:
                self._loop.add_reader(listener, self._accept)

        self._loop.call_later(_FULL_SECONDS, go_on)

    def _admit(self, client: socket.socket) -> None:
        try:
            who = read_credentials(client)
        except OSError:
            client.close()  # has gone already
            return
        if not self._quotas.take(who):
            self._refused.note("over the quota", who.uid)
            # Without a word: after one that ends well (GOAWAY) gRPC connects again at once, 4,000 times a second.
            client.close()
            return
        arrival = Arrival(client, who, self._loop, pass_on=self._pass_on, dropped=self._dropped)
        self._arrivals.add(arrival)
        arrival.wait(self._times.preface_seconds)

    def _connect(self, name: str) -> socket.socket:
        """Give a connection to the private socket, whose own end has this name. Raises OSError."""
        private = self._private
        if private is None:
            raise FileNotFoundError(errno.ENOENT, "there is no server yet")
        # No Path of it: pathlib has the interpreter remember each name (sys.intern), whose table grew by 1 MB for good
        # after 20,000 connections.
        own = f"{private.parent}/{name}"
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            server.settimeout(0.0)
            server.bind(own)
            try:
                server.connect(str(private))
            finally:
                # The kernel keeps the name for as long as the connection lives.
                os.unlink(own)  # noqa: PTH108 - see above
        except BaseException:
            server.close()
            raise
        return server

    def _pass_on(self, arrival: Arrival, heard: bytes) -> bool:
        """Hand a connection on to the server. Gives False where the server has no place in its queue this moment."""
        name = secrets.token_hex(LONGEST_PRIVATE_BYTES // 2)
        try:
            server = self._connect(name)
        except BlockingIOError:
            return False
        except OSError as error:
            self._refused.note(f"without a server behind ({errno.errorcode.get(error.errno or 0, 'unknown')})", None)
            arrival.drop()
            return True
        self._arrivals.discard(arrival)
        pump = Pump(arrival.client, server, self._passage, lambda: self._left(name), self._loop)
        self._known[name] = arrival.who
        self._pumps[name] = pump
        pump.start(heard)
        return True

    def _left(self, name: str) -> None:
        self._pumps.pop(name, None)
        self._one_left.set()
        self._quotas.give_back(self._known.pop(name))

    def _dropped(self, arrival: Arrival) -> None:
        self._arrivals.discard(arrival)
        self._quotas.give_back(arrival.who)
