"""Where customers are: counted at instants (counts.py), and so long after they began (where_after.py)."""
