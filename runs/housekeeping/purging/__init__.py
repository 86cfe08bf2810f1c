"""Erasing deleted runs for good: what it would free, asking for it, and the work in parts."""
