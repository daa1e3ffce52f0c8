"""The map as PowerPoint slides: shapes, native charts and tables to edit, and in the notes all that they rest on.

In: a MapDocument. Out: the bytes of a pptx file: a title, the map on two slides, a slide a finding, the stages in
numbers, a slide a stage, how to read it, how it is counted. What is cut on a slide stands whole in its notes.
"""

from __future__ import annotations

from desirepath.core.estimate import Estimate
from desirepath.journey_map import say
from desirepath.journey_map.document import MapDocument, Unit
from desirepath.journey_map.office import charts
from desirepath.journey_map.office.map_slides import in_numbers, in_words
from desirepath.journey_map.office.slides import HIGH, SIDE, WIDE, Deck
from desirepath.journey_map.palette import colours
from desirepath.journey_map.report.build import report
from desirepath.journey_map.report.told import FindingTold, Report, Rule, StageTold, Table

_RULES = 5  # of counting, on a slide
_ROWS = 9  # of a table of touchpoints


def to_pptx(document: MapDocument, theme: str = "light") -> bytes:
    """The slides. theme: dark, else light."""
    d, told = document, report(document)
    foot = f"{d.title} · known until {say.day(d.as_of, d.time_zone)} · definition {d.definition or 'none'}"
    deck = Deck(f"{d.title}: journey map", told.subtitle, colours(theme), foot)
    _title(deck, told)
    in_numbers(deck, d, told)
    in_words(deck, d, told)
    for finding in told.findings:
        _finding(deck, finding)
    _stages(deck, told)
    for stage in told.by_stage:
        _stage(deck, stage, told.rules)
    _reading(deck, told)
    _counting(deck, told.rules)
    return deck.bytes(d.as_of)


def as_text(table: Table | None) -> str:
    """A table as lines of a note."""
    if table is None:
        return ""
    rows = [
        "; ".join(part for part in (_pair(c, v) for c, v in zip(table.columns, row, strict=True)) if part)
        for row in table.rows
    ]
    return "\n".join([table.title + ":", *rows, *([table.note] if table.note else [])])


def _pair(column: str, value: str) -> str:
    return f"{column} {value}" if column and value else value


def notes(*parts: str) -> str:
    """Paragraphs of a note; what is empty falls out."""
    return "\n\n".join(part for part in parts if part)


def _title(deck: Deck, told: Report) -> None:
    slide = deck.slide(
        told.title, size=38, top=1.5, notes=notes("\n".join(f"{n}: {w}" for n, w in told.facts))
    )
    slide.words(told.subtitle, SIDE, 3.0, WIDE - 2 * SIDE, 0.4, size=18, role="muted", lines=1)
    for n, one in enumerate(told.findings):
        slide.words(
            one.headline.sentence, SIDE, 3.8 + 0.75 * n, WIDE - 2 * SIDE, 0.7, size=16, bold=n == 0, lines=2
        )
    if not told.findings:
        slide.words("Nothing stands out beyond chance yet.", SIDE, 3.8, 12, 0.5, size=16)
    masked = dict(told.facts)["Masking"]
    slide.words(
        f"Known until {dict(told.facts)['Known until']}. {masked}",
        SIDE,
        6.5,
        WIDE - 2 * SIDE,
        0.4,
        size=11,
        role="muted",
        lines=2,
    )


def _finding(deck: Deck, told: FindingTold) -> None:
    rule = f"{told.question} {told.rule}".strip()
    slide = deck.slide(
        told.headline.sentence,
        size=20,
        notes=notes(
            told.headline.sentence,
            f"{told.where}: {told.rests}",
            as_text(told.numbers),
            *(as_text(t) for t in told.tables),
            f"How it is counted: {rule}" if rule else "",
        ),
    )
    if told.numbers is None:
        return
    slide.words(
        f"{told.where}: {told.rests}", SIDE, 1.35, WIDE - 2 * SIDE, 0.3, size=12, role="muted", lines=1
    )
    rows = told.numbers.rows[:10]
    first = rows[0] if rows else ("", "", "", "")
    value = next((r for r in rows if r[2]), first)  # what has an interval says most
    left = 5.9
    slide.words(
        value[1],
        SIDE,
        1.75,
        left,
        0.7,
        size=36,
        bold=True,
        role="bad" if told.headline.tone.value == "bad" else "ink",
        lines=1,
    )
    span = ", ".join(part for part in (value[0], value[2], f"n {value[3]}" if value[3] else "") if part)
    slide.words(span, SIDE, 2.45, left, 0.5, size=12, role="muted", lines=2)
    slide.table(
        ("What it rests on", "Number", "Interval", "n"),
        [row[:4] for row in rows],
        (2.6, 1.2, 1.35, 0.75),
        SIDE,
        3.0,
        right=(False, True, True, True),
        size=9.5,
        alt=f"What the finding rests on: {told.headline.sentence}",
    )
    slide.words(rule, SIDE, 6.05, left, 1.0, size=9, role="muted", lines=6)
    for exhibit in told.exhibits:
        if charts.draw(slide, exhibit, (6.9, 2.0, WIDE - 6.9 - SIDE, 4.9)):
            slide.words(exhibit.title, 6.9, 1.7, WIDE - 6.9 - SIDE, 0.3, size=12, bold=True, lines=1)
            return


def _stages(deck: Deck, told: Report) -> None:
    t = told.stages
    slide = deck.slide(t.title, notes=notes(t.note, as_text(t), *(as_text(s.numbers) for s in told.by_stage)))
    widths = (1.6, 1.05, 1.05, 2.35, 1.25, 0.85, 1.55, 0.95, 0.65, 1.0)
    slide.table(
        t.columns, t.rows, widths, SIDE, 1.3, right=t.right, size=10.5 if len(t.rows) < 9 else 9, lines=2
    )
    slide.words(t.note, SIDE, HIGH - 0.85, WIDE - 2 * SIDE, 0.4, size=11, role="muted", lines=2)


def _stage(deck: Deck, told: StageTold, rules: tuple[Rule, ...]) -> None:
    s = told.stage
    rate = s.rate
    how = (
        f"{say.of(rate, Unit.SHARE)} {s.success} within {say.duration(s.within)}"
        if isinstance(rate, Estimate)
        else say.of(rate, Unit.SHARE)
    )
    used = {t.how for t in (told.numbers, *told.tables)} - {0}
    slide = deck.slide(
        f"{s.label}: {how}",
        notes=notes(
            s.about,
            as_text(told.numbers),
            *(as_text(t) for t in told.tables),
            *(
                "\n".join(
                    [
                        f"{lane.label}:",
                        *(f"{c.text} ({c.rests}{': ' + c.second if c.second else ''})" for c in lane.claims),
                    ]
                )
                for lane in told.lanes
            ),
            *(
                f"How it is counted [{n}]: {rules[n - 1].question} {rules[n - 1].sentences}"
                for n in sorted(used)
            ),
        ),
    )
    known = (
        f"95 % interval {say.span(rate, Unit.SHARE)}, n {say.count(rate.n)}. "
        if isinstance(rate, Estimate)
        else ""
    )
    gone = f"{say.count(s.customers)} customers reached it; {say.count(s.lapsed)} fell silent, "
    gone += f"{say.count(s.left)} left, {say.count(s.in_flight)} are still on the way."
    slide.words(known + gone, SIDE, 0.95, WIDE - 2 * SIDE, 0.3, size=12, role="muted", lines=1)
    half = 5.9
    table = next((t for t in told.tables if t.title == "Touchpoints"), None)
    top = 1.4
    if table is not None:
        take = (0, 2, 3, 7)
        roles = {
            (n, 2): "bad" if "▼" in row[3] else "good"
            for n, row in enumerate(table.rows[:_ROWS])
            if row[3][-1:] in "▲▼"
        }
        top += slide.table(
            ("Touchpoint", "Customers", "Going on, against like customers", "Ease"),
            [[row[c] for c in take] for row in table.rows[:_ROWS]],
            (1.75, 0.85, 2.4, 1.75) if told.lifts is not None else (3.6, 1.6, 4.4, 2.7),
            SIDE,
            top,
            right=(False, True, True, True),
            size=9,
            roles={key: role for key, role in roles.items() if table.rows[key[0]][3]},
        )
    x = WIDE - SIDE - half + 0.75
    lifts = told.lifts is not None and charts.draw(slide, told.lifts, (x, 1.7, WIDE - SIDE - x, 5.1))
    if lifts and told.lifts is not None:
        slide.words(told.lifts.title, x, 1.4, WIDE - SIDE - x, 0.3, size=11, bold=True, lines=1)
    wide = 6.75 if lifts else WIDE - 2 * SIDE
    if told.curve is not None and charts.draw(slide, told.curve, (SIDE, top + 0.45, wide, HIGH - top - 0.95)):
        slide.words(told.curve.title, SIDE, top + 0.2, wide, 0.3, size=11, bold=True, lines=1)


def _reading(deck: Deck, told: Report) -> None:
    every = "\n".join(f"{name}: {what}." for name, what in told.reading)
    blank = "\n".join(f"{name}: {why}" for name, why in told.blank)
    guesses = "\n".join(f"To confirm: {guess}" for guess in told.guesses)
    slide = deck.slide("How to read this map", notes=notes(every, as_text(told.sources), blank, guesses))
    half = (WIDE - 2 * SIDE - 0.5) / 2
    y = 1.1
    for name, what in told.reading:
        slide.words(f"{name}: {what}.", SIDE, y, half, 0.5, size=11, lines=4)
        y += 0.32 + 0.19 * (len(f"{name}: {what}.") // 78)
    x, y = SIDE + half + 0.5, 1.1
    if told.sources:
        widths = (1.9, 0.9, 1.3, 1.8)
        y += (
            slide.table(
                told.sources.columns, told.sources.rows[:14], widths, x, y, right=told.sources.right, size=9
            )
            + 0.2
        )
    for text in [
        *(f"{name}: {why}" for name, why in told.blank),
        *(f"To confirm: {g}" for g in told.guesses),
    ]:
        if y < HIGH - 0.8:
            slide.words(text, x, y, half, 0.3, size=10, role="muted", lines=2)
            y += 0.2 + 0.17 * (len(text) > 75)


def _counting(deck: Deck, rules: tuple[Rule, ...]) -> None:
    for start in range(0, len(rules), _RULES):
        some = rules[start : start + _RULES]
        whole = [f"[{start + n + 1}] {rule.question} {rule.sentences}" for n, rule in enumerate(some)]
        slide = deck.slide("How it is counted" + (", continued" if start else ""), notes=notes(*whole))
        for n, rule in enumerate(some):
            y = 1.05 + n * 1.18
            slide.words(f"[{start + n + 1}]", SIDE, y, 0.5, 0.3, size=11, role="muted")
            slide.words(rule.question, SIDE + 0.5, y, WIDE - 2 * SIDE - 0.5, 0.3, size=11, bold=True, lines=1)
            slide.words(
                rule.sentences,
                SIDE + 0.5,
                y + 0.22,
                WIDE - 2 * SIDE - 0.5,
                0.8,
                size=10,
                role="muted",
                lines=5,
            )
