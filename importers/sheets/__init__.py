"""What each kind of sheet becomes in the book."""
