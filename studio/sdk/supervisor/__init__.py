"""The supervisor: it prepares, starts, watches and ends the processes of one attempt.

Standard library only, so that it starts fast and needs nothing on the machine but a Python.
"""
