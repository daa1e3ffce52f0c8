"""Which kinds of customers are there? find.py answers; features, stability, faces and rules stand beside."""
