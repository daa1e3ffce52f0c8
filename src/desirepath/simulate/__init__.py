"""A business with known truth: sample data for the demo and the tests."""
