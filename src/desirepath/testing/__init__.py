"""Public helpers for tests."""
