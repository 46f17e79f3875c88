"""Channel options of both sides, each with the figure that it rests on.

Tried with grpcio 1.85 on Unix sockets. Options of grpc's core have no other documentation than its header
``include/grpc/impl/channel_arg_names.h``.
"""

from collections.abc import Sequence

ChannelOption = tuple[str, int]

MESSAGE_LIMIT_BYTES = 32 * 1024 * 1024
"""Longest message that a client takes: 30,000 rows are over grpc's own limit of 4 MiB."""

REQUEST_LIMIT_BYTES = 64 * 1024
"""Longest request that a server takes: the largest filter that passes the check has less."""

SERVER_OPTIONS: Sequence[ChannelOption] = (
    # A connection that says nothing, or garbage, is dropped after 3 s.
    ("grpc.server_handshake_timeout_ms", 3000),
    ("grpc.max_receive_message_length", REQUEST_LIMIT_BYTES),
    # With the probe a stream may send 4 MiB behind its request, which nobody reads: 16 streams of one connection made
    # the service 63 MB larger, without it 3.
    ("grpc.http2.bdp_probe", 0),
    # A connection's share. Subscribers are counted by the services themselves, so that health always answers:
    # grpc.maximum_concurrent_rpcs would refuse it too.
    ("grpc.max_concurrent_streams", 16),
)

CLIENT_OPTIONS: Sequence[ChannelOption] = (
    # With the probe a reader that stalls has up to 4.2 MB of stale messages queued; without it 2 or 3 messages.
    ("grpc.http2.bdp_probe", 0),
    # 1 s on an idle stream is answered with "too many pings".
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 5000),
    # Without it keepalive does not notice a peer that is frozen.
    ("grpc.http2.ping_timeout_ms", 5000),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 1000),
    # How long one attempt may take, whatever its name says; 20 s is grpc's default. With 200 ms, 235 to 839 of 1,000
    # clients that came at once were lost on a busy machine. An attempt at a server that is gone fails at once anyway.
    ("grpc.min_reconnect_backoff_ms", 20_000),
    ("grpc.max_receive_message_length", MESSAGE_LIMIT_BYTES),
    # Channels of one process share a connection otherwise, and its 17th stream waits without a word.
    ("grpc.use_local_subchannel_pool", 1),
)
