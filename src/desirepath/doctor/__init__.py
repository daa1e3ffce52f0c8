"""What is wrong with a business's data and definitions, and what that does to the numbers: judgements, no queries."""
