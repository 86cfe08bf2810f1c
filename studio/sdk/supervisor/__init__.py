"""What an executor places: it prepares, starts, watches and ends the process of one attempt.

Standard library only, so that it starts fast and needs nothing on the machine but a Python.
"""
