"""What a valid event is, and how a row of a source becomes events. SQL as text; nothing is run here."""
