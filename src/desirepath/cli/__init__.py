"""Arguments in, table or file out."""
