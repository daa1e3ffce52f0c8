"""Who will do what, and how far can that be told? ask.py answers."""
