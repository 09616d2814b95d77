"""The book as tables: directives, rolls, households and postings, every column declared once."""
