"""Edge: the home of the database drivers."""
