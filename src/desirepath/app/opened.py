"""One build and its store, opened: what every question to it starts from.

In: the definitions, a build and the store that it was made from. Out: trails and visits, memory-mapped, and the
measures' other inputs (scores, texts, spend), each read when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from desirepath.app.knowledge import SourceEnd
from desirepath.app.layers import Layers
from desirepath.app.texts import Texts
from desirepath.app.unread import unread
from desirepath.core.times import FOREVER
from desirepath.journey.exclusions import Excluded
from desirepath.journey.money import worth_sql
from desirepath.measure.cohort import pass_starts
from desirepath.measure.funnel.events import any_dated
from desirepath.measure.inputs import MetricRows, ScoreRows, TextRows
from desirepath.measure.stages_known import Known, known_visits
from desirepath.measure.walks.walk import Laid, lay_out, observed_rows, owner_of_steps
from desirepath.measure.whole import Passes, known_passes, passes_of
from desirepath.measure.worth import success_worth

if TYPE_CHECKING:
    import pyarrow as pa

    from desirepath.collect.sources import Sources
    from desirepath.journey.definition import Journey
    from desirepath.journey.promises import PromiseRows
    from desirepath.journey.visits import Visits
    from desirepath.store.events_db import EventStore
    from desirepath.store.trail_files import Build
    from desirepath.trail.trails import Trails


MANY = 1 << 14  # visits: fewer are counted sooner than a loop is loaded


class Opened:
    """A build with its store. Everything is read once, when it is asked for."""

    def __init__(
        self,
        journey: Journey,
        sources: Sources,
        build: Build,
        store: EventStore,
        currency: str | None,
        main: Journey | None = None,
    ) -> None:
        """main: the workspace's main journey, in whose zone and currency sources were read; `journey` unless given."""
        self._main = main or journey
        self.journey, self.sources, self.currency = journey, sources, currency
        self.store, self.build = store, build
        self.facts = build.facts
        self.channels: list[str] = list(self.facts["channels"])
        self.knowledge: dict[str, int] = dict(self.facts["knowledge"])

    @cached_property
    def trails(self) -> Trails:
        """All trails, memory-mapped."""
        return self.build.trails()

    @cached_property
    def visits(self) -> Visits:
        """All visits, memory-mapped."""
        return self.build.visits()

    @cached_property
    def starts(self) -> NDArray[np.bool_]:
        """[visits]: whether a pass began with this visit."""
        return pass_starts(self.visits)

    @cached_property
    def worth(self) -> NDArray[np.int64]:
        """[visits]: what its success was worth, minor units."""
        return success_worth(self.visits, self.trails)

    @cached_property
    def passes(self) -> Passes:
        """All passes that set out at the journey's beginning."""
        return passes_of(self.journey, self.visits, self.as_of)

    @cached_property
    def dated(self) -> bool:
        """Whether any event is date-only."""
        return any_dated(self.trails.evidence)

    @cached_property
    def known(self) -> Known | None:
        """What is known of every visit, whoever is asked about; None where there are few."""
        if len(self.visits) < MANY:
            return None
        return known_visits(self.journey, self.visits, self.as_of, self.starts)

    @cached_property
    def known_passes(self) -> Known | None:
        """The same of every pass."""
        return None if len(self.visits) < MANY else known_passes(self.journey, self.passes)

    @cached_property
    def last_at_entry(self) -> NDArray[np.int64]:
        """[visits]: the customer's last event when it was entered, −1 where there is none."""
        return self.layers.last_events(self.visits.customer, self.visits.entered)

    @cached_property
    def owner(self) -> NDArray[np.int64]:
        """[events]: the visit that each is a step of, −1 none."""
        return owner_of_steps(self.visits, self.trails)

    @cached_property
    def laid_visits(self) -> Laid:
        """The events of all observed visits of the journey's track, visit by visit."""
        return lay_out(self.trails, self.visits, self.owner, observed_rows(self.visits))

    @cached_property
    def laid_passes(self) -> Laid:
        """The same, pass by pass."""
        return lay_out(self.trails, self.visits, self.owner, observed_rows(self.visits), passes=True)

    @cached_property
    def promises(self) -> PromiseRows:
        """All promises made, memory-mapped."""
        return self.build.promises()

    @cached_property
    def as_of(self) -> int:
        """Until when anything is known at all, µs: the last end of any source; the newest event; without any, now.

        "Now" is when customers were last placed: that nothing had happened was known then.
        """
        ends = [end for end in self.knowledge.values() if end != FOREVER]
        if ends:
            return max(ends)
        return int(self.trails.ts.max()) if self.trails.events else int(self.facts["made_at"])

    @cached_property
    def customer_ids(self) -> Sequence[str]:
        """The id of each customer's code."""
        return Texts(self.ids)

    @cached_property
    def ids(self) -> pa.Array:
        """The same, as Arrow has them."""
        return self.store.query("SELECT id FROM customers ORDER BY customer")["id"].combine_chunks()

    def event_words(self, numbers: Sequence[int]) -> dict[int, tuple[str, str]]:
        """Event number → (its name, its text), as the store has them."""
        if not numbers:
            return {}
        wanted = ", ".join(str(int(n)) for n in numbers)
        rows = self.store.rows(
            f"SELECT event_no, event, coalesce(text, '') FROM events WHERE event_no IN ({wanted})"
        )
        return {int(number): (str(event), str(text)) for number, event, text in rows}

    @cached_property
    def layers(self) -> Layers:
        """What rules, segments and properties say of each event."""
        return Layers(self)

    @cached_property
    def event_names(self) -> tuple[str, ...]:
        """The names of the events that there are, in alphabetical order."""
        return tuple(
            str(name) for (name,) in self.store.rows("SELECT DISTINCT event FROM events ORDER BY event")
        )

    @cached_property
    def columns(self) -> dict[str, str]:
        """The columns of an event, with their types."""
        return self.store.columns()

    @cached_property
    def source_ends(self) -> list[SourceEnd]:
        """Until when each source is complete."""
        return [SourceEnd(**end) for end in self.facts["sources"]]

    @cached_property
    def unread(self) -> tuple[str, ...]:
        """Sources that sources.yaml (or the main journey's zone or currency) reads otherwise since they were loaded."""
        return unread(self.store, self.sources, self._main.time_zone, self._main.currency)

    @cached_property
    def events_by_source(self) -> dict[str, int]:
        """How many events each source holds."""
        return {
            str(n): int(k) for n, k in self.store.rows("SELECT source, count(*) FROM events GROUP BY source")
        }

    @cached_property
    def excluded(self) -> tuple[Excluded, ...]:
        """How many customers each exclusion leaves out, with their events."""
        return tuple(Excluded(**one) for one in self.facts["excluded"])

    @cached_property
    def customers_with_events(self) -> int:
        """Customers who are not excluded."""
        return int(np.count_nonzero(np.diff(self.trails.offset)))

    @cached_property
    def rejected(self) -> int:
        """Records that were set aside."""
        return int(self.store.value("SELECT count(*) FROM rejects") or 0)

    @cached_property
    def _place_of(self) -> NDArray[np.int64]:
        """Event number → its place in the trails, −1 where it has none."""
        numbers = np.asarray(self.trails.event)
        places = np.full(int(numbers.max()) + 2 if len(numbers) else 1, -1, np.int64)
        places[numbers] = np.arange(len(numbers))
        return places

    @cached_property
    def scores(self) -> ScoreRows:
        """Every score of a placed event."""
        table = self.store.query(
            "SELECT event_no, score_share, score_kind FROM events WHERE score_share IS NOT NULL ORDER BY event_no"
        )
        at = self.places(table["event_no"].to_numpy())
        keep = at >= 0
        kept = table.filter(keep)
        return ScoreRows(
            at[keep], kept["score_share"].to_numpy(), Texts(kept["score_kind"].dictionary_encode())
        )

    @cached_property
    def texts(self) -> TextRows:
        """Every text of a placed event."""
        table = self.store.query(
            "SELECT event_no, text, source FROM events WHERE text IS NOT NULL AND trim(text) <> '' ORDER BY event_no"
        )
        at = self.places(table["event_no"].to_numpy())
        keep = at >= 0
        kept = table.filter(keep)
        return TextRows(at[keep], Texts(kept["text"]), Texts(kept["source"].dictionary_encode()))

    def places(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """The place of each event number in the trails; −1 where it has none."""
        known = self._place_of
        return np.asarray(known[np.minimum(numbers, len(known) - 1)])

    @cached_property
    def metrics(self) -> MetricRows:
        """Impressions, reach, clicks and spend by day, in the journey's currency."""
        worth = worth_sql(
            "spend",
            "coalesce(currency, $own)",
            "day::TIMESTAMP",
            own=self.currency,
            rates=self.journey.rates,
            zone="UTC",  # a day is a day, wherever it was
        )
        table = self.store.query(
            "SELECT epoch_us(day::TIMESTAMP) AS day, coalesce(channel, '') AS channel, "
            "coalesce(campaign, '') AS campaign, coalesce(impressions, 0) AS impressions, "
            "coalesce(reach, 0) AS reach, coalesce(clicks, 0) AS clicks, "
            f"coalesce({worth}, 0) AS spend "
            "FROM metrics ORDER BY ALL",
            {"own": self.currency} if self.currency else None,
        )
        counted = ("day", "impressions", "reach", "clicks", "spend")
        number = {name: table[name].to_numpy().astype(np.int64) for name in counted}
        return MetricRows(
            number["day"],
            table["channel"].to_pylist(),
            table["campaign"].to_pylist(),
            number["impressions"],
            number["reach"],
            number["clicks"],
            number["spend"],
        )
