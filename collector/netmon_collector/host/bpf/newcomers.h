// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Who made or used a socket is told to whoever reads the ring: a part of owners.bpf.c.
//
// describe() reads the kernel's own structures, for which the programs have to be under the GPL too
// (kernel/trace/bpf_trace.c, bpf_probe_read_kernel_proto). Where their members lie is filled in as in holders.bpf.c. Where
// the kernel does not tell of its types, or lets nobody read them, the loader takes that part's calls out.

#define NEWCOMERS_LIMIT 8192
#define KINS_LIMIT 1024
#define RING_BYTES 65536

#define ANNOUNCED_AGAIN_NS 1000000000ULL // a pid may have passed to another process of the same name since
#define WOKEN_AGAIN_NS 100000000ULL // for those of whom all is known already

#define PF_FORKNOEXEC 0x00000040 // include/linux/sched.h
#define PLACE(of, name) ((char *)(of) + (__u64)&name)

// Members of the kernel's structures, named STRUCTURE__MEMBER.
extern const char task_struct__group_leader;
extern const char task_struct__start_boottime;
extern const char task_struct__flags;
extern const char task_struct__mm;
extern const char task_struct__comm;
extern const char task_struct__real_parent;
extern const char task_struct__tgid;
extern const char mm_struct__start_code;
extern const char mm_struct__start_stack;
extern const char mm_struct__arg_start;
extern const char mm_struct__env_end;

// A process that made, used or closed a socket, at most once a second for each name, user and group that it has: read it
// while it is there.
struct newcomer {
	__u32 tgid;
	__u32 uid;
	char comm[16];
	__u64 netns;  // of the socket
	__u64 cgroup; // id of its control group, version 2
};

// What processes have in common that one run of a program forked. exec(2) chooses the places at random, fork(2) keeps
// them. Places are 0 for a process that has executed a program of its own, and where they are not told.
struct kin {
	char comm[16];   // of the thread
	char leader[16]; // of the process
	__u64 cgroup;
	__u64 start_code;
	__u64 start_stack;
	__u64 arg_start;
	__u64 env_end;
	__u32 uid;
	__u32 parent;
};

// What is sent of a newcomer.
struct arrival {
	__u64 time_ns;  // CLOCK_MONOTONIC
	__u64 start_ns; // of the process, CLOCK_BOOTTIME; 0: not told
	__u64 netns;
	__u32 tgid;
	__u32 pad;
	struct kin kin;
};

struct map_definition SEC("maps") newcomers = {
	.type = BPF_MAP_TYPE_LRU_HASH, .key_size = sizeof(struct newcomer), .value_size = 8, .max_entries = NEWCOMERS_LIMIT};
// Of whom all is known already, and until when (CLOCK_MONOTONIC): one that they forked need not be read while it lives.
struct map_definition SEC("maps") kins = {
	.type = BPF_MAP_TYPE_LRU_HASH, .key_size = sizeof(struct kin), .value_size = 8, .max_entries = KINS_LIMIT};
struct map_definition SEC("maps") arrivals = {.type = BPF_MAP_TYPE_RINGBUF, .max_entries = RING_BYTES};

static __u64 (*query)(void *ring, __u64 flags) = (void *)BPF_FUNC_ringbuf_query;
static void *(*current_task)(void) = (void *)BPF_FUNC_get_current_task;
static long (*read_kernel)(void *to, __u32 size, const void *from) = (void *)BPF_FUNC_probe_read_kernel;

// Add when the process began, and what it has in common with others, as /proc/PID/stat tells it (fs/proc/array.c,
// do_task_stat). A read that fails gives zeros.
ALWAYS_INLINE void describe(struct arrival *told)
{
	void *task = current_task();
	void *leader = 0, *parent = 0, *mm = 0;
	__u32 flags = 0;

	if (!task)
		return;
	read_kernel(&leader, sizeof(leader), PLACE(task, task_struct__group_leader));
	read_kernel(&told->start_ns, sizeof(told->start_ns), PLACE(leader, task_struct__start_boottime));
	read_kernel(told->kin.leader, sizeof(told->kin.leader), PLACE(leader, task_struct__comm));
	read_kernel(&parent, sizeof(parent), PLACE(leader, task_struct__real_parent));
	read_kernel(&told->kin.parent, sizeof(told->kin.parent), PLACE(parent, task_struct__tgid));
	read_kernel(&flags, sizeof(flags), PLACE(leader, task_struct__flags));
	if (!(flags & PF_FORKNOEXEC))
		return;
	read_kernel(&mm, sizeof(mm), PLACE(task, task_struct__mm));
	read_kernel(&told->kin.start_code, sizeof(__u64), PLACE(mm, mm_struct__start_code));
	read_kernel(&told->kin.start_stack, sizeof(__u64), PLACE(mm, mm_struct__start_stack));
	read_kernel(&told->kin.arg_start, sizeof(__u64), PLACE(mm, mm_struct__arg_start));
	read_kernel(&told->kin.env_end, sizeof(__u64), PLACE(mm, mm_struct__env_end));
}

// Whether a process was told of within the last second by the name of another of its threads: a server may have one for
// each request. Not where nothing tells which process it is.
ALWAYS_INLINE int is_told(struct newcomer who, struct arrival *told)
{
	__u64 *thread = (__u64 *)told->kin.comm, *leader = (__u64 *)told->kin.leader;

	if (!told->start_ns || (thread[0] == leader[0] && thread[1] == leader[1]))
		return 0;
	__builtin_memcpy(who.comm, told->kin.leader, sizeof(who.comm));
	who.cgroup = 0; // none has it: apart from what is told of the first thread
	__u64 *last = lookup(&newcomers, &who);
	if (last && told->time_ns - *last < ANNOUNCED_AGAIN_NS)
		return 1;
	update(&newcomers, &who, &told->time_ns, BPF_ANY);
	return 0;
}

// Whether whoever reads the ring is to be woken: for those of whom all is known, some can be taken at once.
ALWAYS_INLINE __u64 wakes(struct arrival *told, int is_known)
{
	__u32 second = 1;
	__u64 *until = lookup(&kins, &told->kin);
	__u64 *woken = lookup(&settings, &second);

	is_known = is_known || (until && told->time_ns < *until);
	if (is_known && woken && told->time_ns - *woken < WOKEN_AGAIN_NS &&
	    query(&arrivals, BPF_RB_AVAIL_DATA) < RING_BYTES / 4)
		return BPF_RB_NO_WAKEUP;
	if (woken)
		*woken = told->time_ns;
	return BPF_RB_FORCE_WAKEUP;
}

// Tell of a process that was not seen of late as it is now.
ALWAYS_INLINE void announce(__u32 tgid, __u64 netns, __u64 time)
{
	struct newcomer who = {.tgid = tgid, .uid = (__u32)uid_gid(), .netns = netns, .cgroup = cgroup_id()};

	comm(who.comm, sizeof(who.comm));
	__u64 *last = lookup(&newcomers, &who);
	if (last && time - *last < ANNOUNCED_AGAIN_NS)
		return;
	update(&newcomers, &who, &time, BPF_ANY);
	struct arrival told = {.time_ns = time, .netns = netns, .tgid = tgid, .kin = {.cgroup = who.cgroup, .uid = who.uid}};
	__builtin_memcpy(told.kin.comm, who.comm, sizeof(who.comm));
	describe(&told);
	send(&arrivals, &told, sizeof(told), wakes(&told, is_told(who, &told)));
}
