"""What this machine says of its sockets, processes and interfaces."""
