"""Edge, in: tables and queries of SQL databases, read through SQLAlchemy, never written to."""
