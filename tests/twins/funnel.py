"""A slow, obvious twin of the funnel's matching: one customer, attempt and step at a time, by the contract's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from desirepath.core.times import FOREVER, TimeRange, from_us, to_us
from desirepath.measure.funnel import FunnelPlan

HALF_AN_HOUR = 30 * 60 * 1_000_000


@dataclass(frozen=True)
class Happened:
    """An event of one customer. place: in the trails. steps, excluded: the numbers of those that it satisfies."""

    place: int
    ts: int
    steps: frozenset[int]
    excluded: frozenset[int] = frozenset()
    value: int | None = None
    date_only: bool = False
    may: bool = True


@dataclass(frozen=True)
class Tried:
    """One attempt: the places of its steps, what broke it, the end of its window, the optional steps done."""

    steps: tuple[int, ...]
    broken: int
    deadline: int
    optional: tuple[bool, ...]


class Customer:
    """All that one customer did, and the rules."""

    def __init__(
        self, events: Sequence[Happened], plan: FunnelPlan, period: TimeRange, zone: str, held: bool
    ) -> None:
        self.events, self.plan, self.period, self.zone, self.held = list(events), plan, period, zone, held
        self.required = [i for i in range(len(plan.labels)) if not plan.optional[i]]
        self.session: dict[int, int] = {}
        for before, e in zip([None, *self.events], self.events, strict=False):
            new = before is None or e.ts - before.ts > HALF_AN_HOUR
            self.session[e.place] = (self.session[before.place] if before else 0) + int(new)

    # ---- instants

    def day_end(self, ts: int, days: int = 1) -> int:
        local = from_us(ts, self.zone).date() + timedelta(days=days)
        return to_us(datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(self.zone))) - 1

    def end(self, e: Happened) -> int:
        return self.day_end(e.ts) if e.date_only else e.ts

    def inside(self, entry: Happened, e: Happened) -> bool:
        window = self.plan.window
        if window.kind == "sessions":
            return self.session[e.place] < self.session[entry.place] + window.length
        return e.ts <= self.deadline(entry)

    def deadline(self, entry: Happened) -> int:
        window = self.plan.window
        if window.kind == "days":
            return self.day_end(entry.ts, window.length)
        if window.kind == "time":
            return self.end(entry) + window.length
        later = [
            e.ts for e in self.events if self.session[e.place] == self.session[entry.place] + window.length
        ]
        if later:
            return min(later)
        return self.events[-1].ts + HALF_AN_HOUR if window.length == 1 else FOREVER

    # ---- one event

    def ours(self, entry: Happened, e: Happened) -> bool:
        return not self.held or e.value == entry.value

    def later(self, e: Happened, level: int) -> int:
        return sum(s in e.steps for s in self.required[level + 1 :])

    def is_entry(self, e: Happened) -> bool:
        steps = self.required if self.plan.order == "any" else self.required[:1]
        if self.held and e.value is None:
            return False
        return bool(e.steps & set(steps)) and e.may and e.ts in self.period

    def breaks(self, entry: Happened, e: Happened, level: int) -> bool:
        """Whether it breaks an attempt that has reached `level` steps."""
        for x, one in enumerate(self.plan.exclusions):
            after, before = self.plan.bounds(one)
            mine = self.ours(entry, e) or e.value is None
            if x in e.excluded and mine and after <= level - 1 and level <= before:
                return True
        if not self.ours(entry, e) or self.plan.order in ("ordered", "any"):
            return False
        if any(s in e.steps for s in range(self.required[level - 1], self.required[level] + 1)):
            return False
        return self.plan.order == "exact" or bool(e.steps)

    # ---- one attempt

    def attempt(self, entry: Happened, free: Sequence[Happened]) -> Tried:
        """free: the events that earlier attempts have left."""
        walk = self._any if self.plan.order == "any" else self._ordered
        path, broken = walk(entry, free)
        complete = len(path) == len(self.required)
        return Tried(
            tuple(e.place for e in path),
            broken.place if broken is not None and not complete else -1,
            self.deadline(entry),
            tuple(
                self.did(o, path, None if complete else broken)
                for o, may in enumerate(self.plan.optional)
                if may
            ),
        )

    def _ordered(self, entry: Happened, free: Sequence[Happened]) -> tuple[list[Happened], Happened | None]:
        path, now = [entry], entry.ts
        for level in range(1, len(self.required)):
            near = [e for e in free if self.inside(entry, e) and e not in path]
            at_hand = [
                e
                for e in near
                if self.required[level] in e.steps and self.ours(entry, e) and self.end(e) >= now
            ]
            breakers = [
                e
                for e in near
                if e not in at_hand and e.ts > self.end(path[-1]) and self.breaks(entry, e, level)
            ]
            breaker = min(breakers, key=self.end, default=None)
            best = min(
                at_hand,
                key=lambda e: (max(now, e.ts), self.end(e), self.later(e, level), e.place),
                default=None,
            )
            if best is None or (breaker is not None and max(now, best.ts) > self.end(breaker)):
                return path, breaker
            path.append(best)
            now = max(now, best.ts)
        return path, None

    def _any(self, entry: Happened, free: Sequence[Happened]) -> tuple[list[Happened], Happened | None]:
        path, done, broken = [entry], [entry], None
        for e in free:
            if e.ts < entry.ts and self.end(e) < entry.ts:
                continue
            if not self.inside(entry, e) or (broken is not None and e.ts > self.end(broken)):
                continue
            if len(path) == len(self.required):
                break
            if e is not entry and self.ours(entry, e) and self.fits([*done, e]) > len(done):
                done.append(e)
                path.append(e)
            elif (
                e.ts > self.end(entry)
                and self.breaks(entry, e, len(path))
                and (broken is None or self.end(e) < self.end(broken))
            ):
                broken = e
        return path, broken

    def fits(self, events: Sequence[Happened]) -> int:
        """To how many of these events different steps can be given."""

        def try_all(rest: Sequence[Happened], taken: frozenset[int]) -> int:
            if not rest:
                return 0
            best = try_all(rest[1:], taken)
            for s in self.required:
                if s in rest[0].steps and s not in taken:
                    best = max(best, 1 + try_all(rest[1:], taken | {s}))
            return best

        return try_all(events, frozenset())

    def did(self, optional: int, path: Sequence[Happened], broken: Happened | None) -> bool:
        before = max(i for i, s in enumerate(self.required) if s < optional)
        if len(path) <= before:
            return False
        for e in self.events:
            if len(path) > before + 1:
                in_time = e.ts <= path[before + 1].ts
            else:
                in_time = self.inside(path[0], e) and (broken is None or e.ts <= broken.ts)
            fits = optional in e.steps and self.end(e) >= path[before].ts and self.ours(path[0], e)
            if in_time and fits and e not in path:
                return True
        return False

    # ---- all attempts

    def entry_at(self, q: Happened, free: Sequence[Happened]) -> Happened:
        if self.plan.order == "any":
            return q
        tied = [
            e for e in free if e.ts == q.ts and e.place >= q.place and self.is_entry(e) and self.ours(q, e)
        ]
        return min(tied, key=lambda e: (self.later(e, 0), e.place))

    def tries(self) -> list[Tried]:
        """The attempts that count."""
        entries = [e for e in self.events if self.is_entry(e)]
        if not entries:
            return []
        if self.plan.reentry == "first_entry":
            return [self.attempt(self.entry_at(entries[0], self.events), self.events)]
        if self.plan.reentry == "best_entry":
            return [max((self.attempt(e, self.events) for e in entries), key=lambda t: len(t.steps))]
        found, taken = [], set[int]()
        for q in entries:
            if q.place in taken:
                continue
            j = self.entry_at(q, [e for e in self.events if e.place not in taken])
            spent = [
                e.place for e in self.events if e.place in taken and e.place < j.place and self.ours(j, e)
            ]
            free = [e for e in self.events if e.place > max(spent, default=-1)]
            one = self.attempt(j, free)
            found.append(one)
            end = self._over(j, one)
            taken |= {e.place for e in free if e.place < end and self.ours(j, e)}
        return found

    def _over(self, entry: Happened, one: Tried) -> int:
        if len(one.steps) == len(self.required):
            return max(one.steps) + 1
        if one.broken >= 0:
            return max(one.broken, entry.place + 1)
        return max(e.place for e in self.events if e.place >= entry.place and self.inside(entry, e)) + 1


def day_start(ts: int, zone: str) -> int:
    """The local midnight before an instant: where a date-only event stands."""
    local = from_us(ts, zone).date()
    return to_us(datetime(local.year, local.month, local.day, tzinfo=ZoneInfo(zone)))
