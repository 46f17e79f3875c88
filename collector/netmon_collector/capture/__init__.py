"""Where packets come from: libpcap handles, live or from a file."""
