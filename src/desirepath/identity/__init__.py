"""Identifiers and links become one customer; merges explain themselves and can be undone."""
