"""How a feed is printed: lines for programs, blocks for people."""
