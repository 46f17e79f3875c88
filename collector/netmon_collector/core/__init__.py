"""The pure heart: it is handed bytes, rows and `now`, and it opens, starts and logs nothing."""
