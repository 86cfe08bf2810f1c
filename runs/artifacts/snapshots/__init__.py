"""Copies of the source folders that runs were made from, by content: nothing is stored twice."""
