"""What the stores are filled with before reads are timed."""
