"""Words that every room shares: estimates, errors, times, money. Imports nothing of Desirepath."""
