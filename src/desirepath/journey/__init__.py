"""The journey as data (journey.yaml), and placing customers in its stages."""
