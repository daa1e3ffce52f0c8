"""One question per file: an answer with its interval, n, as-of time and contract. Pure functions over plain columns."""
