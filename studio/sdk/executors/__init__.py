"""Where the supervisors of attempts run: on this machine, or wherever Slurm starts them."""
