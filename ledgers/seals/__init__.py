"""Seals: what they cover, whether it is still the same, and what the bank says of it."""
