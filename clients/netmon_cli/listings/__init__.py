"""The listings of a snapshot: which rows, in which order, under which columns, with which sums."""
