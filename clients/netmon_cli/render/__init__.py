"""Renderers: values in, lines of text out. Nothing here opens a socket or reads a clock."""
