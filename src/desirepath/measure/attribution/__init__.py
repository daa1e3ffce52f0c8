"""Which channels deserve the credit? ask.py answers; journeys.py lays out the ways, the models stand beside."""
