"""A clock that stands still."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class FixedClock:
    """Always the same instant (2025-01-01 00:00 UTC unless given)."""

    at: datetime = datetime(2025, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        """The instant it stands at."""
        return self.at
