"""What differs between two sides (ask.py), and why has a number changed (change.py)?"""
