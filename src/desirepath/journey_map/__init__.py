"""What the map shows, its lanes, its exports."""
