"""Registered models: names with versions for what runs have left behind."""
