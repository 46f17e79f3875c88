// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Who sends where by a datagram socket that several processes use: a part of owners.bpf.c.

#define SENDERS_LIMIT 8192

// Where a socket without a peer sends to.
struct target {
	__u64 cookie;
	__u32 address[4]; // network order, IPv4 in the first
	__u16 port;
	__u16 pad[3];
};

struct sender {
	__u64 used_ns;
	struct who who; // tgid 0: several
};

// Who sends where, of those that share a socket.
struct map_definition SEC("maps") senders = {
	.type = BPF_MAP_TYPE_LRU_HASH, .key_size = sizeof(struct target), .value_size = sizeof(struct sender),
	.max_entries = SENDERS_LIMIT};

// Remember who sends there by a socket that others used before.
ALWAYS_INLINE void note_sender(struct target *target, __u32 tgid, __u64 time)
{
	struct sender *known = lookup(&senders, target);

	if (known) {
		known->used_ns = time;
		if (known->who.tgid != tgid)
			known->who.tgid = 0;
		return;
	}
	struct sender sender = {.used_ns = time};
	set_current(&sender.who, tgid);
	update(&senders, target, &sender, BPF_ANY);
}
