"""What events say: things told twice, values in currencies that are left out, scores that do not fit their scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from desirepath.app.doctor.effects import Again, effect, entrants
from desirepath.app.doctor.looking import Looking, be, many, quoted, share
from desirepath.collect.expression import quote_name
from desirepath.collect.sources import Score
from desirepath.core.money import exponent
from desirepath.doctor.finding import Effect, Example, Finding, Moved, Severity, graded

Int64 = NDArray[np.int64]
_FEW = 5  # doubled events of a source that are worth a word
_SHARE = 0.002
_SCORES = 30
_USUAL = ((0.0, 1.0), (1.0, 5.0), (1.0, 7.0), (0.0, 10.0), (0.0, 100.0))

_COPIES = """
SELECT x.event_no, x.source, x.kept, x.worth FROM (
  SELECT l.event_no, l.source, coalesce(l.worth, 0) AS worth, e.part, e.row,
    first_value(l.source) OVER same AS kept, first_value(l.event_no) OVER same AS first_no,
    first_value(e.part) OVER same AS first_part, first_value(e.row) OVER same AS first_row{alike}
  FROM looked l JOIN event_log e ON e.event_no = l.event_no
  WHERE l.placed AND (l.customer, l.event, l.time) IN
    (SELECT (customer, event, time) FROM looked WHERE placed GROUP BY customer, event, time HAVING count(*) > 1)
  WINDOW same AS (PARTITION BY l.customer, l.event, l.time, l.date_only, coalesce(l.value, 0)
    ORDER BY l.source, e.part, e.row, e.item)) x
WHERE x.event_no <> x.first_no AND (x.source <> x.kept OR ({same}))"""


def doubled(looking: Looking, again: Again) -> Iterator[Finding]:
    """The same customer, event, time and value told by two sources, or twice by one under two keys."""
    wide = [quote_name(n) for n in looking.asking.columns if n.startswith(("properties.", "traits."))]
    alike = same = ""
    if wide:
        alike = (
            f", hash({', '.join(f'e.{n}' for n in wide)}) AS said, first_value(said) OVER same AS first_said"
        )
        same = " AND x.said = x.first_said"
    # In one source all else must be alike too, and a day is no time: who buys twice a day may buy the same.
    same = f"(x.part, x.row) <> (x.first_part, x.first_row) AND NOT x.date_only{same}"
    sql = _COPIES.format(alike=f", l.date_only{alike}", same=same)
    table = looking.table(sql)
    if not table.num_rows:
        return
    sources, kept = (np.asarray(table[name].to_pylist(), object) for name in ("source", "kept"))
    numbers, worth = (np.asarray(table[name].to_numpy(), np.int64) for name in ("event_no", "worth"))
    for one, other in sorted({(str(a), str(b)) for a, b in zip(sources, kept, strict=True)}):
        mine = (sources == one) & (kept == other)
        count = int(mine.sum())
        if count < max(_FEW, _SHARE * looking.seen[one].events):
            continue
        yield _twice(looking, again, one, other, numbers[mine], int(worth[mine].sum()))


def _twice(looking: Looking, again: Again, one: str, other: str, numbers: Int64, worth: int) -> Finding:
    events, count = looking.seen[one].events, len(numbers)
    total = int(looking.store.value("SELECT coalesce(sum(worth), 0) FROM looked WHERE placed") or 0)
    unit, code = 10 ** exponent(looking.asking.currency), looking.asking.currency or ""
    moved: tuple[Moved, ...] = again.without_events(numbers)
    if worth:
        moved = (Moved("all events", "value", total / unit, (total - worth) / unit), *moved)
    evidence = entrants(looking, numbers)
    if one == other:
        said = f'{many(count, "event")} of "{one}" {be(count)} there twice: same customer, event, time, '
        said += "value and properties, in different records."
        fix = looking.source_line(
            "key: the columns that name a record", one, "key", about=_key_now(looking, one)
        )
    else:
        said = f'{many(count, "event")} of "{one}" {be(count)} told by "{other}" as well: same customer, '
        said += "event, time and value."
        fix = looking.source_line(
            "where: …",
            one,
            about=f'leave out the rows that "{other}" has, or take one of the two out of sources.yaml',
        )
    money = f", worth {worth / unit:,.2f} {code}".rstrip() if worth else ""
    entered = ", ".join(f"{n:,} entries to {stage}" for stage, n in evidence.items())
    return Finding(
        "doubled",
        graded(count / events, 0.05, 0.0) if worth or evidence else Severity.NOTE,
        one,
        said,
        effect(
            f"{share(count, events)} of the source's events count twice{money}"
            + (f"; {entered} rest on a copy." if entered else "."),
            count,
            events,
            "events",
            moved,
        ),
        fix,
        {"events": count, "of": events, "value": worth / unit},
        looking.examples(f"l.event_no IN ({', '.join(str(n) for n in numbers[:3])})"),
    )


def _key_now(looking: Looking, name: str) -> str:
    source = looking.source(name)
    if source is None or not source.key:
        return "it has none: each row counts"
    return f"now {', '.join(source.key)}, which differs between the copies"


def other_currency(looking: Looking, again: Again) -> Iterator[Finding]:
    """Values in a currency for which no rate is declared."""
    own = looking.asking.currency
    rows = looking.rows(
        "SELECT source, currency, count(*), sum(value) FROM looked WHERE placed AND value IS NOT NULL AND worth IS NULL"
        " AND currency IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 1, 2"
    )
    valued = int(looking.store.value("SELECT count(*) FROM looked WHERE placed AND value IS NOT NULL") or 0)
    for name, currency, count, total in rows:
        amount = int(total) / 10 ** exponent(currency)
        yield Finding(
            "other_currency",
            graded(count / valued, 0.5, 0.0),
            str(name),
            f'{many(count, "value")} of "{name}" {be(count)} in {currency}, and the journey counts in {own}.',
            Effect(
                f"{amount:,.2f} {currency} {be(count)} in no sum: {share(count, valued)} of all values; "
                "their events count.",
                count,
                valued,
                "values",
            ),
            looking.journey_line(
                f"rates: {{{currency}: …}}", "currency", about=f"what one {currency} is worth in {own}"
            ),
            {"values": count, "amount": amount, "currency": str(currency)},
            looking.examples(
                f"l.source = {quoted(str(name))} AND l.currency = {quoted(str(currency))} AND l.value IS NOT NULL"
            ),
        )


def score_scale(looking: Looking, again: Again) -> Iterator[Finding]:
    """Scores beyond their scale (set aside), and scores that use only the lower half of it."""
    told: set[str] = set()  # rejects do not say of which score of their source they are
    for name, where, score in _scales(looking):
        rows = looking.rows(
            "SELECT count(*), max(TRY_CAST(detail AS DOUBLE)), min(TRY_CAST(detail AS DOUBLE)), "
            "min(part), min(line), min(row)"
            f" FROM rejects WHERE source = {quoted(name)} AND reason IN ('score_off_scale', 'score_unreadable')"
        )
        off, most, least, part, line, record = rows[0]
        count, highest, lowest = looking.rows(
            f"SELECT count(*), max(score), min(score) FROM events WHERE source = {quoted(name)} AND score IS NOT NULL"
            f" AND score_kind = '{score.kind}'"
        )[0]
        if off and off >= max(1, 0.005 * (off + count)) and name not in told:
            told.add(name)
            given = [v for v in (least, lowest, score.low, most, highest, score.high) if v is not None]
            ends = _scale(min(given), max(given))
            yield Finding(
                "score_scale",
                graded(off / (off + count), 0.1, 0.005),
                name,
                f'{many(off, "score")} of "{name}" {be(off)} not between {score.low:g} and '
                f"{score.high:g} ({score.kind}): they were left out.",
                Effect(
                    f"{share(off, off + count)} of its scores are in no mean; those that are left may not be typical.",
                    off,
                    off + count,
                    "scores",
                ),
                looking.source_line(
                    f"score: {{low: {ends[0]:g}, high: {ends[1]:g}, …}}",
                    name,
                    *where,
                    about="if that is the scale",
                ),
                {"off_scale": off, "scores": count},
                (Example(name, part, line, record, what=f"scores from {ends[0]:g} to {ends[1]:g}"),),
            )
        elif count >= _SCORES and highest <= score.low + (score.high - score.low) / 2:
            likely = _scale(lowest, highest)
            yield Finding(
                "score_scale",
                Severity.WARNING,
                name,
                f'No score of "{name}" is above {highest:g}, though its scale goes from {score.low:g} to '
                f"{score.high:g} "
                f"({score.kind}).",
                Effect(
                    f"If {highest:g} is the best that can be said, all {count:,} scores count as bad ones.",
                    count,
                    count,
                    "scores",
                ),
                looking.source_line(f"score: {{low: {likely[0]:g}, high: {likely[1]:g}, …}}", name, *where),
                {"scores": count, "highest": highest, "declared_high": score.high},
                looking.examples(
                    f"l.source = {quoted(name)} AND l.event_no IN (SELECT event_no FROM event_log WHERE "
                    "score IS NOT NULL)"
                ),
            )


def _scale(lowest: float, highest: float) -> tuple[float, float]:
    """The usual scale that has these scores; their own ends where none has."""
    return next((ends for ends in _USUAL if ends[0] <= lowest and highest <= ends[1]), (lowest, highest))


def _scales(looking: Looking) -> Iterator[tuple[str, tuple[str | int, ...], Score]]:
    """Every score that sources.yaml declares, with its place."""
    for source in looking.sources.sources:
        if source.common.score is not None:
            yield source.id, ("score",), source.common.score
        for place, one in enumerate(source.events):
            if one.score is not None:
                yield source.id, ("events", place, "score"), one.score


MAKERS = {"doubled": doubled, "other_currency": other_currency, "score_scale": score_scale}
