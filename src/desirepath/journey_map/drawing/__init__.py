"""Shapes for the drawings: numbers in, path data out. No colours, no words, no files."""
