"""What is kept of a book between two runs, in the user's cache."""
