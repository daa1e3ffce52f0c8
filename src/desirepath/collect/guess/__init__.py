"""What are these columns? From profiles of a stranger's files to a drafted source, each guess with its reason."""
