"""Mutation testing: `python -m tests.mutation plugins/labour.py` changes the rules one place at a time and runs their tests."""
