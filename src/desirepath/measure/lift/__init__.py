"""What does meeting a touchpoint add, against like customers at like moments? ask.py answers."""
