"""Sheets of offices into a book: reading them whatever their dress (layout, sheet), what each becomes, and one command (run)."""
