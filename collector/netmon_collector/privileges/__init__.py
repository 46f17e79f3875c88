"""Giving up rights: users, capabilities, system calls and files, for good."""
