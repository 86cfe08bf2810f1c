"""What can be logged, one module for each kind: each turns a call into lines of the outbox."""
