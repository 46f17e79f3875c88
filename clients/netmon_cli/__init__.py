"""`netmon-cli`: netmon in a terminal and in scripts."""
