"""Logs: append, read, decode, number, search; which file is one, and where it went wrong."""
