"""The trainings of `manage.py up --demo`: real ones, of a few seconds each, in plain NumPy."""

import os

# Before NumPy is loaded: matrices this small are slower on several cores, and the server is here.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
