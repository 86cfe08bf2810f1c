"""The command line `studio`: one file per command, a table of all in `table`."""
