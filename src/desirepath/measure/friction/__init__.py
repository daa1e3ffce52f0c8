"""What costs customers and what carries them: touchpoints, steps, loops, going back, waits. rank.py answers."""
