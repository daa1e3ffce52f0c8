"""Public helpers for tests: journeys told in a few lines, and a clock that stands still."""

from desirepath.testing.clock import FixedClock
from desirepath.testing.journeys import Journeys, journeys_for

__all__ = ["FixedClock", "Journeys", "journeys_for"]
