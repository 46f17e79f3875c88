"""The live view of the terminal. Only `app` and the widgets know textual; what is shown is decided without it."""
