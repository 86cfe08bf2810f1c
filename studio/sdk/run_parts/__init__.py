"""The parts of `Run`, a subject each: facts, notes, metrics, files, children, life, waiting."""
