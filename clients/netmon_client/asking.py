"""Single calls over a channel that is kept: opened with the first, replaced where the other side is gone.

One that is there and was only too slow, or has no room, keeps its channel: other streams run over it, and a call that
it may have begun is not sent twice.
"""

import asyncio
import threading
from typing import Any, TypeVar

from netmon_client.calls import Call
from netmon_client.errors import CollectorUnreachable, NetmonError
from netmon_client.peer import Peer
from netmon_client.probe import check_socket
from netmon_client.rpc import (
    AsyncChannel,
    Channel,
    RpcError,
    explained,
    malformed,
    open_async_channel,
    open_channel,
)

_T = TypeVar("_T")


class Asking:
    """The channel to one peer. May be used from several threads. ``timeout``: seconds that an answer may take."""

    def __init__(self, socket: str, timeout: float, peer: Peer) -> None:
        self._socket = socket
        self._timeout = timeout
        self._peer = peer
        self._lock = threading.Lock()
        self._channel: Channel | None = None

    def ask(self, call: Call[_T], within: float | None = None) -> _T:
        """Send a single call. A channel whose other side is gone is replaced, and the call sent once more."""
        had_channel = self._channel is not None
        channel = self.opened()
        try:
            return self._send(channel, call, within or self._timeout)
        except CollectorUnreachable as error:
            if error.is_there:
                raise
            self.drop_after(error, channel)
            check_socket(self._socket, self._peer)
            if not had_channel:
                raise
        return self._send(self.opened(), call, within or self._timeout)

    def opened(self) -> Channel:
        """Give the channel."""
        with self._lock:
            if self._channel is None:
                check_socket(self._socket, self._peer)
                self._channel = open_channel(self._socket)
            return self._channel

    def drop(self) -> None:
        """Let go of the channel: what is under way on it ends."""
        with self._lock:
            channel, self._channel = self._channel, None
        if channel is not None:
            channel.close()

    def drop_after(self, error: NetmonError, channel: Channel) -> None:
        """Let go of ``channel``, where an error says that its other side is gone, and nobody has replaced it yet."""
        if is_gone(error):
            with self._lock:
                if self._channel is channel:
                    self._channel = None
            channel.close()

    def _send(self, channel: Channel, call: Call[_T], within: float) -> _T:
        method = channel.unary_unary(call.path, type(call.request).SerializeToString, call.parse)
        try:
            answer = method(call.request, timeout=within)
        except RpcError as error:
            raise explained(error, self._socket, within, self._peer) from None
        except ValueError:
            # Another thread found the other side gone, and closed the channel before this call began.
            raise self._peer.unreachable(f"the connection to {self._socket} was lost") from None
        return decoded(call, answer, self._peer)


class AsyncAsking:
    """The same for asyncio, within one event loop."""

    def __init__(self, socket: str, timeout: float, peer: Peer) -> None:
        self._socket = socket
        self._timeout = timeout
        self._peer = peer
        self._channel: AsyncChannel | None = None

    async def ask(self, call: Call[_T], within: float | None = None) -> _T:
        """Send a single call. A channel whose other side is gone is replaced, and the call sent once more."""
        had_channel = self._channel is not None
        channel = self.opened()
        try:
            return await self._send(channel, call, within or self._timeout)
        except CollectorUnreachable as error:
            if error.is_there:
                raise
            await self.drop_after(error, channel)
            check_socket(self._socket, self._peer)
            if not had_channel:
                raise
        return await self._send(self.opened(), call, within or self._timeout)

    def opened(self) -> AsyncChannel:
        """Give the channel."""
        if self._channel is None:
            check_socket(self._socket, self._peer)
            self._channel = open_async_channel(self._socket)
        return self._channel

    async def drop(self) -> None:
        """Let go of the channel: what is under way on it ends."""
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    async def drop_after(self, error: NetmonError, channel: AsyncChannel) -> None:
        """Let go of ``channel``, where an error says that its other side is gone, and nobody has replaced it yet."""
        if is_gone(error):
            if self._channel is channel:
                self._channel = None
            await channel.close()

    async def _send(self, channel: AsyncChannel, call: Call[_T], within: float) -> _T:
        method = channel.unary_unary(call.path, type(call.request).SerializeToString, call.parse)
        try:
            answer = await method(call.request, timeout=within)
        except RpcError as error:
            raise explained(error, self._socket, within, self._peer) from None
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Nobody cancelled this task: another call found the other side gone, and closed the channel under this one.
            raise self._peer.unreachable(f"the connection to {self._socket} was lost") from None
        return decoded(call, answer, self._peer)


def is_gone(error: NetmonError) -> bool:
    """Tell whether the other side of a connection is gone."""
    return isinstance(error, CollectorUnreachable) and not error.is_there


def decoded(call: Call[_T], answer: Any, peer: Peer) -> _T:  # noqa: ANN401 -- whatever the call carries
    """Give an answer's model. Raises `IncompatibleVersion` where it makes no sense."""
    try:
        return call.decode(answer)
    except ValueError as error:
        raise malformed(error, peer) from error
