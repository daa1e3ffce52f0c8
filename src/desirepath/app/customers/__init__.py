"""One customer, and lists of them, as the app shows them: found, told, masked unless shown on purpose."""
