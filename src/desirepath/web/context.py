"""What every route may use: the workspace held open, the jobs, and what was worked out of everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Query, Request

from desirepath.app.customers.outlook import Outlooks
from desirepath.app.serving import Serving
from desirepath.web.jobs import Jobs


@dataclass
class Context:
    """One running app."""

    serving: Serving
    jobs: Jobs = field(default_factory=Jobs)
    outlooks: Outlooks = field(default_factory=Outlooks)


async def context_of(request: Request) -> Context:
    """The running app that a request came to. Asked without a thread: all of them may be waiting."""
    found: Context = request.app.state.context
    return found


Here = Annotated[Context, Depends(context_of)]
JourneyName = Annotated[
    str | None,
    Query(
        alias="journey",
        description="Which journey: `buyer` for buyer.journey.yaml; the main one unless said.",
    ),
]
Segment = Annotated[str | None, Query(description="Only this segment or persona, as it was at entry.")]
Since = Annotated[str | None, Query(description="Only what was entered on or after this date.")]
Until = Annotated[str | None, Query(description="Only what was entered before this date.")]
Reveal = Annotated[
    bool, Query(description="Personal data as they are, not masked: only for who has the right to see them.")
]
