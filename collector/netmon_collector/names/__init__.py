"""Names out of bytes that passed by: DNS messages, TLS ClientHellos, QUIC Initials, hosts files.

Pure: nothing here opens, starts or logs anything or reads a clock. Hostile bytes give a value or ``ValueError``, in
bounded work and memory. Addresses are packed (4 or 16 bytes, network order); names are lower-case text without the dot
at the end, IDNA labels as they travel (``xn--``).
"""
