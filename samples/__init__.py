"""Invented counties, made from a seed."""
