"""The use cases and the wiring: the only room that knows every edge."""
