"""What are customers worth: purchases, lifetime value, contracts, RFM, and who is overdue."""
