"""The book as an import changes it, and as text again."""
