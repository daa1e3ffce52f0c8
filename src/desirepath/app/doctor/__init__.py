"""`doctor`: looks at what was loaded and how it was read, and says what is wrong, with its effect and its cure."""
