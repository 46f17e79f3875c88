// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Who opened which socket, and which socket each packet belongs to: cgroup programs on the stable kernel interface.
//
// No kprobes, no libbpf: only <linux/bpf.h>. Every program answers 1, "go on": nothing is ever refused.
// Processes are told of by newcomers.h, and who sends where by a socket that several use by senders.h.
// Built by `make bpf` with Debian 12's clang; a test rebuilds it and compares.

#include <linux/bpf.h>
#include <linux/in.h>

#define SEC(name) __attribute__((section(name), used))
#define ALWAYS_INLINE static inline __attribute__((always_inline))

#define SOCKETS_LIMIT 65536
#define FLOWS_LIMIT 65536
#define EARLIER 8

#define ICMPV6 58 // IPPROTO_ICMPV6, which <linux/in.h> leaves to others

enum how { CREATED = 1, CONNECTED = 2, SENT = 3, ACCEPTED = 4 };

struct who {
	__u32 tgid; // 0: nobody yet
	__u32 uid;
	char comm[16];
};

// 112 bytes. Times are CLOCK_MONOTONIC in nanoseconds.
struct origin {
	__u64 created_ns;  // first seen, by whichever hook
	__u64 used_ns;     // last seen by a hook before the release
	__u64 released_ns; // closed for good; 0: open
	__u64 netns;       // cookie of its network namespace
	struct who creator; // nobody: made before us, or in the kernel (accepted)
	struct who user;    // connected, sent or accepted last
	struct who releaser;
	__u8 protocol;
	__u8 how; // enum how, of the user, or CREATED
	__u8 is_shared; // processes sent by it after others had used it: senders tells which one sent where
	__u8 pad[5];
};

struct flow_key {
	__u8 local[16];
	__u8 remote[16];
	__u16 local_port; // network order
	__u16 remote_port;
	__u8 protocol;
	__u8 family; // 4 or 6
	__u16 pad;
	__u64 netns; // 0 where a kernel before 6.15 does not tell and the socket's origin is not known
};

struct earlier {
	__u64 cookie;
	__u64 first_ns; // 0: none
};

// IP bytes and packets, header included: what capture counts too.
struct flow {
	__u64 cookie;
	__u64 first_ns;
	__u64 listener; // the socket that took the SYN, where another was accepted from it
	// The sockets that had these ends before and since when, the last one first: a port may be used again and again
	// within the time that packets wait for whoever asks.
	struct earlier before[EARLIER];
	__u64 sent_bytes;
	__u64 received_bytes;
	__u64 sent_packets;
	__u64 received_packets;
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
// 0: the cookie of the network namespace to watch; 0: all. 1: when whoever reads the ring was woken last.
struct map_definition SEC("maps") settings = {
	.type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 2};

static void *(*lookup)(void *map, const void *key) = (void *)BPF_FUNC_map_lookup_elem;
static long (*update)(void *map, const void *key, const void *value, __u64 flags) = (void *)BPF_FUNC_map_update_elem;
static long (*forget)(void *map, const void *key) = (void *)BPF_FUNC_map_delete_elem;
static __u64 (*now_ns)(void) = (void *)BPF_FUNC_ktime_get_ns;
static __u64 (*pid_tgid)(void) = (void *)BPF_FUNC_get_current_pid_tgid;
static __u64 (*uid_gid)(void) = (void *)BPF_FUNC_get_current_uid_gid;
static __u64 (*cgroup_id)(void) = (void *)BPF_FUNC_get_current_cgroup_id;
static long (*comm)(void *buffer, __u32 size) = (void *)BPF_FUNC_get_current_comm;
static __u64 (*netns_of)(void *ctx) = (void *)BPF_FUNC_get_netns_cookie;
static struct bpf_sock *(*full_socket)(struct bpf_sock *sk) = (void *)BPF_FUNC_sk_fullsock;
static __u64 (*cookie_of)(void *ctx) = (void *)BPF_FUNC_get_socket_cookie;
static long (*load_bytes)(const void *skb, __u32 offset, void *to, __u32 size) = (void *)BPF_FUNC_skb_load_bytes;
static long (*send)(void *ring, void *data, __u64 size, __u64 flags) = (void *)BPF_FUNC_ringbuf_output;

// Whether sockets of a network namespace are watched; one that is not known may be ours.
ALWAYS_INLINE int is_watched(__u64 netns)
{
	__u32 first = 0;
	__u64 *watched = lookup(&settings, &first);

	return !netns || !watched || !*watched || *watched == netns;
}

#include "newcomers.h"

ALWAYS_INLINE void set_current(struct who *who, __u32 tgid)
{
	who->tgid = tgid;
	who->uid = (__u32)uid_gid();
	comm(who->comm, sizeof(who->comm));
}

#include "senders.h"

// Remember who makes or uses a socket now; target: where it sends to, for SENT.
ALWAYS_INLINE int note(void *ctx, __u8 protocol, __u8 how, struct target *target)
{
	__u64 netns = netns_of(ctx);
	if (!is_watched(netns))
		return 1;
	__u64 cookie = cookie_of(ctx);
	__u64 time = now_ns();
	__u32 tgid = pid_tgid() >> 32;

	announce(tgid, netns, time);
	struct origin *known = how == CREATED ? 0 : lookup(&sockets, &cookie);
	if (known) {
		known->used_ns = time;
		if (target) {
			known->is_shared |= known->user.tgid && known->user.tgid != tgid;
			target->cookie = cookie;
			if (known->is_shared)
				note_sender(target, tgid, time);
		}
		// Who connected may ask for the peer's name too: it was not accepted for that.
		if (how != ACCEPTED || known->how != CONNECTED || known->user.tgid != tgid)
			known->how = how;
		set_current(&known->user, tgid);
		return 1;
	}
	struct origin made = {
		.created_ns = time, .used_ns = time, .netns = netns, .protocol = protocol, .how = how};
	set_current(how == CREATED ? &made.creator : &made.user, tgid);
	update(&sockets, &cookie, &made, BPF_ANY);
	return 1;
}

// Remember who closes a socket for good: by close(2) or by its end, after all others that held it.
ALWAYS_INLINE int note_release(void *ctx, __u8 protocol)
{
	__u64 netns = netns_of(ctx);
	if (!is_watched(netns))
		return 1;
	__u64 cookie = cookie_of(ctx);
	__u64 time = now_ns();
	__u32 tgid = pid_tgid() >> 32;
	struct origin *known = lookup(&sockets, &cookie);

	announce(tgid, netns, time);
	if (known) {
		known->released_ns = time;
		set_current(&known->releaser, tgid);
		return 1;
	}
	struct origin made = {
		.created_ns = time, .used_ns = time, .released_ns = time, .netns = netns, .protocol = protocol};
	set_current(&made.releaser, tgid);
	update(&sockets, &cookie, &made, BPF_ANY);
	return 1;
}

SEC("sock_create") int on_create(struct bpf_sock *ctx) { return note(ctx, ctx->protocol, CREATED, 0); }
// Reading more than the protocol is refused here at load.
SEC("sock_release") int on_release(struct bpf_sock *ctx) { return note_release(ctx, ctx->protocol); }
SEC("connect4") int on_connect4(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, CONNECTED, 0); }
SEC("connect6") int on_connect6(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, CONNECTED, 0); }
SEC("sendmsg4") int on_sendmsg4(struct bpf_sock_addr *ctx)
{
	struct target target = {.address = {ctx->user_ip4}, .port = ctx->user_port};

	return note(ctx, ctx->protocol, SENT, &target);
}

SEC("sendmsg6") int on_sendmsg6(struct bpf_sock_addr *ctx)
{
	struct target target = {
		.address = {ctx->user_ip6[0], ctx->user_ip6[1], ctx->user_ip6[2], ctx->user_ip6[3]}, .port = ctx->user_port};

	return note(ctx, ctx->protocol, SENT, &target);
}

// Called within accept(2) where the caller asks for the peer's address.
SEC("getpeername4") int on_getpeername4(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, ACCEPTED, 0); }
SEC("getpeername6") int on_getpeername6(struct bpf_sock_addr *ctx) { return note(ctx, ctx->protocol, ACCEPTED, 0); }

// Give an echo's identifier as the port of the end that asked, as capture does: pingers are told apart by it, and from
// what the kernel answers to others.
ALWAYS_INLINE void read_echo(struct __sk_buff *skb, __u32 transport, int is_sent, struct flow_key *key)
{
	__u8 type = 1;
	__u16 id = 0;

	if (load_bytes(skb, transport, &type, 1) < 0 || load_bytes(skb, transport + 4, &id, 2) < 0)
		return;
	int is_request = key->protocol == IPPROTO_ICMP ? type == 8 : type == 128;
	int is_reply = key->protocol == IPPROTO_ICMP ? type == 0 : type == 129;
	if (is_request || is_reply) {
		if (is_request == is_sent)
			key->local_port = id;
		else
			key->remote_port = id;
	}
}

// Read the ends of a packet, which begins with its IP header. 0: it has none that a socket could be known by.
ALWAYS_INLINE int read_ends(struct __sk_buff *skb, int is_sent, struct flow_key *key, __u8 *tcp_flags)
{
	__u32 transport = 40;
	__u16 ports[2] = {};
	__u8 first = 0;

	if (load_bytes(skb, 0, &first, 1) < 0)
		return 0;
	key->family = first >> 4;
	if (key->family == 4) {
		__u16 fragment = 0;
		transport = (first & 15) * 4;
		load_bytes(skb, 9, &key->protocol, 1);
		load_bytes(skb, 6, &fragment, 2);
		if (fragment & __builtin_bswap16(0x1fff))
			return 0; // a later fragment has no ports
		load_bytes(skb, 12, is_sent ? key->local : key->remote, 4);
		load_bytes(skb, 16, is_sent ? key->remote : key->local, 4);
	} else if (key->family == 6) {
		load_bytes(skb, 6, &key->protocol, 1);
		load_bytes(skb, 8, is_sent ? key->local : key->remote, 16);
		load_bytes(skb, 24, is_sent ? key->remote : key->local, 16);
	} else {
		return 0;
	}
	if (key->protocol == IPPROTO_TCP || key->protocol == IPPROTO_UDP || key->protocol == IPPROTO_SCTP) {
		if (load_bytes(skb, transport, ports, 4) < 0)
			return 0;
		key->local_port = is_sent ? ports[0] : ports[1];
		key->remote_port = is_sent ? ports[1] : ports[0];
	}
	if (key->protocol == IPPROTO_TCP)
		load_bytes(skb, transport + 13, tcp_flags, 1);
	if (key->protocol == IPPROTO_ICMP || key->protocol == ICMPV6)
		read_echo(skb, transport, is_sent, key);
	return 1;
}

// Whether a socket, other than the one known, takes over a pair of ends.
ALWAYS_INLINE int takes_over(struct flow *known, __u64 cookie, __u8 protocol, int is_opening, int is_sent)
{
	if (!cookie || known->cookie == cookie)
		return 0;
	if (protocol == IPPROTO_TCP)
		return is_opening || !known->listener;
	if (protocol == IPPROTO_UDP)
		return 1;
	// Every raw socket of the protocol gets a copy of what comes in: who sends is whose it is.
	if (!is_sent)
		return lookup(&sockets, &cookie) && !lookup(&sockets, &known->cookie);
	// The kernel's own sockets answer pings and find neighbours: they have no origin, and no claim.
	return lookup(&sockets, &cookie) || !lookup(&sockets, &known->cookie);
}

// Find what was counted of a connection while its socket had no origin that tells the network namespace.
ALWAYS_INLINE struct flow *find_unplaced(struct flow_key *nowhere, __u64 cookie, int is_opening)
{
	struct flow *found = lookup(&flows, nowhere);

	if (!found || found->cookie == cookie)
		return found;
	return nowhere->protocol == IPPROTO_TCP && !is_opening && found->cookie && !found->listener ? found : 0;
}

// Count a packet on the flow of its socket.
ALWAYS_INLINE int count(struct __sk_buff *skb, int is_sent)
{
	struct flow_key key = {};
	__u8 tcp_flags = 0;

	// The loader takes this call out where the kernel does not know it here (before 6.15).
	key.netns = netns_of(skb);
	if (!is_watched(key.netns) || !read_ends(skb, is_sent, &key, &tcp_flags))
		return 1;
	struct bpf_sock *sk = skb->sk ? full_socket(skb->sk) : 0;
	// What is behind TIME_WAIT and resets is the kernel's own raw socket (net/ipv4/tcp_ipv4.c, ipv4_tcp_sk).
	int is_kernels = sk && key.protocol == IPPROTO_TCP && sk->type != 1 /* SOCK_STREAM */;
	// Every raw ICMP socket gets a copy of all that comes in, whoever asked for it.
	int is_copy = !is_sent && (key.protocol == IPPROTO_ICMP || key.protocol == ICMPV6);
	int is_opening = (tcp_flags & 0x12) == 0x02; // SYN, not SYN and ACK
	__u64 cookie = is_kernels || is_copy ? 0 : cookie_of(skb);

	// Nothing else touches the origin of who listens and does not ask for names: newer ones would push it out.
	if (is_opening && !is_sent)
		lookup(&sockets, &cookie);
	int is_placed_late = 0;
	if (!key.netns) {
		struct origin *origin = lookup(&sockets, &cookie);
		if (origin) {
			key.netns = origin->netns;
			is_placed_late = 1;
		}
	}
	struct flow *known = lookup(&flows, &key);
	int is_another = known && takes_over(known, cookie, key.protocol, is_opening, is_sent);
	struct flow_key nowhere = key;
	nowhere.netns = 0;
	struct flow *unplaced = 0;
	if (is_placed_late && !is_another && (!known || known->cookie != cookie))
		unplaced = find_unplaced(&nowhere, cookie, is_opening);
	if (!known || is_another || unplaced) {
		struct flow made = {.cookie = cookie, .first_ns = now_ns()};
		struct flow *same = unplaced;
		if (!same && key.protocol == IPPROTO_TCP && !is_opening)
			same = known;
		if (same) {
			made.first_ns = same->first_ns;
			// Another one was accepted from the listener that took the SYN.
			made.listener = same->cookie == cookie ? same->listener : same->cookie;
			made.sent_bytes = same->sent_bytes;
			made.received_bytes = same->received_bytes;
			made.sent_packets = same->sent_packets;
			made.received_packets = same->received_packets;
		}
		if (known && known != same) {
			made.before[0].cookie = known->cookie;
			made.before[0].first_ns = known->first_ns;
#pragma unroll
			for (int i = 1; i < EARLIER; i++)
				made.before[i] = known->before[i - 1];
		} else if (same) {
#pragma unroll
			for (int i = 0; i < EARLIER; i++)
				made.before[i] = same->before[i];
		}
		update(&flows, &key, &made, BPF_ANY);
		if (unplaced)
			forget(&flows, &nowhere);
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

char terms[] SEC("license") = "GPL v2";
