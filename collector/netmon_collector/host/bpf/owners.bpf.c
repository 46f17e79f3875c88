// Who opened which socket, and which socket each packet belongs to: cgroup programs on the stable kernel interface.
//
// No BTF, no kprobes, no libbpf: only <linux/bpf.h>. Every program answers 1, "go on": nothing is ever refused.
// Built by `make bpf` with Debian 12's clang; a test rebuilds it and compares.

#include <linux/bpf.h>
#include <linux/in.h>

#define SEC(name) __attribute__((section(name), used))
#define ALWAYS_INLINE static inline __attribute__((always_inline))

#define SOCKETS_LIMIT 65536
#define FLOWS_LIMIT 65536
#define NEWCOMERS_LIMIT 8192
#define RING_BYTES 65536

enum how { CREATED = 1, CONNECTED = 2, SENT = 3, ACCEPTED = 4, RELEASED = 5 };

// 64 bytes. Times are CLOCK_MONOTONIC in nanoseconds.
struct origin {
	__u64 created_ns; // first seen, by whichever hook
	__u64 used_ns;    // last seen by a hook
	__u32 creator;    // tgid that made it; 0 where that was before us, or in the kernel (accepted)
	__u32 user;       // tgid that connected, sent, accepted or closed it last; 0: nobody yet
	__u32 uid;        // of the last of both
	__u8 protocol;
	__u8 how;         // enum how, of the last of both
	__u8 released;    // closed for good
	__u8 pad;
	char creator_comm[16];
	char user_comm[16];
};

struct flow_key {
	__u8 local[16];
	__u8 remote[16];
	__u16 local_port; // network order
	__u16 remote_port;
	__u8 protocol;
	__u8 family; // 4 or 6
	__u16 pad;
};

// IP bytes and packets, header included: what capture counts too.
struct flow {
	__u64 cookie;
	__u64 first_ns;
	__u64 sent_bytes;
	__u64 received_bytes;
	__u64 sent_packets;
	__u64 received_packets;
};

// A process that made a socket, once for each program that it ran: read it while it is there.
struct newcomer {
	__u32 tgid;
	char comm[16];
};

struct map_definition {
	__u32 type;
	__u32 key_size;
	__u32 value_size;
	__u32 max_entries;
};

struct map_definition SEC("maps") sockets = {
	.type = BPF_MAP_TYPE_LRU_HASH, .key_size = 8, .value_size = sizeof(struct origin), .max_entries = SOCKETS_LIMIT};
struct map_definition SEC("maps") flows = {
	.type = BPF_MAP_TYPE_LRU_HASH, .key_size = sizeof(struct flow_key), .value_size = sizeof(struct flow),
	.max_entries = FLOWS_LIMIT};
struct map_definition SEC("maps") newcomers = {
	.type = BPF_MAP_TYPE_LRU_HASH, .key_size = sizeof(struct newcomer), .value_size = 8, .max_entries = NEWCOMERS_LIMIT};
struct map_definition SEC("maps") arrivals = {.type = BPF_MAP_TYPE_RINGBUF, .max_entries = RING_BYTES};

static void *(*lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*update)(void *map, const void *key, const void *value, __u64 flags) = (void *)BPF_FUNC_map_update_elem;
static __u64 (*now_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;
static __u64 (*pid_tgid)(void) = (void *)BPF_FUNC_get_current_pid_tgid;
static __u64 (*uid_gid)(void) = (void *)BPF_FUNC_get_current_uid_gid;
static long (*comm)(void *buffer, __u32 size) = (void *)BPF_FUNC_get_current_comm;
static __u64 (*cookie_of)(void *ctx) = (void *)BPF_FUNC_get_socket_cookie;
static long (*load_bytes)(const void *skb, __u32 offset, void *to, __u32 size) = (void *)BPF_FUNC_skb_load_bytes;
static long (*send)(void *ring, void *data, __u64 size, __u64 flags) = (void *)BPF_FUNC_ringbuf_output;

// Tell of a process that was not seen yet under this name.
ALWAYS_INLINE void announce(__u32 tgid, __u64 time)
{
	struct newcomer who = {.tgid = tgid};

	comm(who.comm, sizeof(who.comm));
	if (lookup(&newcomers, &who))
		return;
	update(&newcomers, &who, &time, BPF_ANY);
	send(&arrivals, &who, sizeof(who), 0);
}

// Remember who touches a socket now.
ALWAYS_INLINE int note(void *ctx, __u8 protocol, __u8 how)
{
	__u64 cookie = cookie_of(ctx);
	__u64 time = now_ns();
	__u32 tgid = pid_tgid() >> 32;
	struct origin *known = lookup(&sockets, &cookie);

	if (how != RELEASED)
		announce(tgid, time);
	if (how != CREATED && known) {
		known->used_ns = time;
		known->user = tgid;
		known->uid = (__u32)uid_gid();
		known->how = how;
		known->released |= how == RELEASED;
		comm(known->user_comm, sizeof(known->user_comm));
		return 1;
	}
	struct origin made = {.created_ns = time, .used_ns = time, .uid = (__u32)uid_gid(), .protocol = protocol, .how = how};
	if (how == CREATED) {
		made.creator = tgid;
		comm(made.creator_comm, sizeof(made.creator_comm));
	} else {
		made.user = tgid;
		made.released = how == RELEASED;
		comm(made.user_comm, sizeof(made.user_comm));
	}
	update(&sockets, &cookie, &made, BPF_ANY);
	return 1;
}

SEC("sock_create") int on_create(struct bpf_sock *ctx) { return note(ctx, ctx->protocol, CREATED); }
// Reading more than the protocol is refused here at load.
SEC("sock_release") int on_release(struct bpf_sock *ctx) { return note(ctx, ctx->protocol, RELEASED); }
SEC("connect4") int on_connect4(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, CONNECTED); }
SEC("connect6") int on_connect6(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, CONNECTED); }
SEC("sendmsg4") int on_sendmsg4(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, SENT); }
SEC("sendmsg6") int on_sendmsg6(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, SENT); }
// Called within accept(2) where the caller asks for the peer's address.
SEC("getpeername4") int on_getpeername4(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, ACCEPTED); }
SEC("getpeername6") int on_getpeername6(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, ACCEPTED); }

// Count a packet, which begins with its IP header, on the flow of its socket.
ALWAYS_INLINE int count(struct __sk_buff *skb, int is_sent)
{
	struct flow_key key = {};
	__u32 transport = 40;
	__u16 ports[2] = {};
	__u8 first = 0;

	if (load_bytes(skb, 0, &first, 1) < 0)
		return 1;
	key.family = first >> 4;
	if (key.family == 4) {
		__u16 fragment = 0;
		transport = (first & 15) * 4;
		load_bytes(skb, 9, &key.protocol, 1);
		load_bytes(skb, 6, &fragment, 2);
		if (fragment & __builtin_bswap16(0x1fff))
			return 1; // a later fragment has no ports
		load_bytes(skb, 12, is_sent ? key.local : key.remote, 4);
		load_bytes(skb, 16, is_sent ? key.remote : key.local, 4);
	} else if (key.family == 6) {
		load_bytes(skb, 6, &key.protocol, 1);
		load_bytes(skb, 8, is_sent ? key.local : key.remote, 16);
		load_bytes(skb, 24, is_sent ? key.remote : key.local, 16);
	} else {
		return 1;
	}
	if (key.protocol == IPPROTO_TCP || key.protocol == IPPROTO_UDP || key.protocol == IPPROTO_SCTP) {
		if (load_bytes(skb, transport, ports, 4) < 0)
			return 1;
		key.local_port = is_sent ? ports[0] : ports[1];
		key.remote_port = is_sent ? ports[1] : ports[0];
	}
	__u64 cookie = cookie_of(skb);
	struct flow *known = lookup(&flows, &key);
	if (!known || (known->cookie != cookie && cookie)) {
		struct flow made = {.cookie = cookie, .first_ns = now_ns()};
		update(&flows, &key, &made, BPF_ANY);
		known = lookup(&flows, &key);
		if (!known)
			return 1;
	}
	if (is_sent) {
		__sync_fetch_and_add(&known->sent_bytes, skb->len);
		__sync_fetch_and_add(&known->sent_packets, 1);
	} else {
		__sync_fetch_and_add(&known->received_bytes, skb->len);
		__sync_fetch_and_add(&known->received_packets, 1);
	}
	return 1;
}

SEC("egress") int on_egress(struct __sk_buff *skb) { return count(skb, 1); }
SEC("ingress") int on_ingress(struct __sk_buff *skb) { return count(skb, 0); }

char terms[] SEC("license") = "Apache-2.0";
