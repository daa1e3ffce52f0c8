"""What journey do these events walk? From event names and silences to a drafted journey.yaml."""
