"""Promised against delivered: how often it is kept (kept.py), and what a broken one does (effects.py)."""
