"""Says hello; what is printed is in the log of the run."""

print("Hello from a submitted script!")
