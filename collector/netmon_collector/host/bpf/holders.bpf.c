// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
//
// Which process holds which socket: an iterator over all open files (the kernel's kernel/bpf/task_iter.c).
//
// It follows pointers of the kernel, which only a program under the GPL may do (kernel/bpf/verifier.c,
// check_ptr_to_btf_access): this project's programs in the kernel are under either licence.
// No libbpf, no BTF of its own. Where a member lies within its structure differs from kernel to kernel: each OFFSET is
// a 64-bit constant that the compiler leaves open, as a relocation against a symbol named STRUCTURE__MEMBER, and that
// the loader fills in from what the kernel says of its types (btf.py). The verifier checks every access against them.
// Built by `make bpf` with Debian 12's clang; a test rebuilds it and compares.

#include <linux/bpf.h>

#define SEC(name) __attribute__((section(name), used))
#define OFFSET(name) ((__u64)&name)
#define MEMBER(type, of, name) (*(type *)((char *)(of) + OFFSET(name)))

extern const char task_struct__tgid;
extern const char file__f_inode;
extern const char inode__i_ino;

// What the iterator is called with, 8 bytes each (kernel/bpf/task_iter.c, struct bpf_iter__task_file).
struct entry {
	void **meta; // begins with the file that is written to (linux/bpf.h of the kernel, struct bpf_iter_meta)
	void *task;
	__u64 fd;
	void *file; // 0 at the end
};

// 16 bytes. In the numbers of the first pid namespace; a process's threads share its descriptors and count once.
struct holding {
	__u64 inode;
	__u32 tgid;
	__u32 pad;
};

static void *(*socket_of)(void *file) = (void *)BPF_FUNC_sock_from_file;
static long (*write)(void *seq, const void *data, __u32 size) = (void *)BPF_FUNC_seq_write;

SEC("task_file") int on_file(struct entry *ctx)
{
	void *file = ctx->file;
	void *task = ctx->task;
	void **meta = ctx->meta;

	if (!file || !task || !socket_of(file))
		return 0;
	struct holding found = {
		.inode = MEMBER(__u64, MEMBER(void *, file, file__f_inode), inode__i_ino),
		.tgid = MEMBER(__u32, task, task_struct__tgid)};
	write(*meta, &found, sizeof(found));
	return 0;
}

char terms[] SEC("license") = "GPL v2";
