"""eBPF by the bpf system call alone: no libbpf, no compiler, no BTF on the user's machine."""

__all__: list[str] = []
