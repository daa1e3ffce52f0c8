"""Ready mappings for the exports that people have: one file each, how they are recognised and written."""
