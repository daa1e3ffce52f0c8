"""Who comes back (ask.py), and who goes (churn.py), period by period?"""
