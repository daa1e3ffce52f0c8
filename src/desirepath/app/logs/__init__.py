"""Journeys as files for other tools: event logs (XES) and journeys in the Customer Journey Modeling Language."""
