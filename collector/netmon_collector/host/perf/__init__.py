"""What tracepoints tell of TCP sockets and processes, by perf_event_open(2): it needs no program in the kernel."""
