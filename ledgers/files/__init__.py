"""Files of a book: read without trusting them, written all or nothing."""
