"""Facts of the book that rules and faces ask for: each is worked out here and nowhere else."""
