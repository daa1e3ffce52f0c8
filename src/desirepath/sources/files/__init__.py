"""Edge, in: files. Finds them, sees how they are written, and gives SQL that reads them as text columns."""
