"""Who are they? Of a rule given as text, live; or of groups that customers' trails fall into by themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from desirepath.app.questions.question import Question, QuestionError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer, Codes
    from desirepath.app.results import Table
    from desirepath.measure.groups.face import Face
    from desirepath.measure.groups.find import Group, GroupsAnswer

_TOLD = 3  # touchpoints of a face that are named


class Groups(Question["GroupsAnswer"]):
    """A rule over customers, counted and described; without one, groups of like trails, or that there are none.

    Groups are candidates for personas: each comes with the lines that journey.yaml would need. Nothing is written.
    """

    name: ClassVar[str] = "groups"
    about: ClassVar[str] = "Which kinds of customers are there, by what they do?"
    long: ClassVar[bool] = True
    examples: ClassVar[tuple[str, ...]] = (
        "shop",
        "shop \"count(event = 'Coupon Entered') >= 2\"",
        "shop --into 4 --by touchpoints --by pace",
    )

    rule: str | None = Field(
        default=None,
        description="A rule over customers (or a segment, a persona, traits.plan=free): who is of it now. Without one, "
        "groups are looked for.",
        json_schema_extra={"argument": True},
    )
    into: int | None = Field(
        default=None,
        ge=2,
        le=20,
        description="So many groups, believed or not. Without it, as many as are found again.",
    )
    by: tuple[Literal["touchpoints", "steps", "pace", "stages"], ...] = Field(
        default=("touchpoints", "steps", "pace", "stages"), description="By what trails are like each other."
    )
    fewest: int = Field(
        default=5,
        ge=2,
        description="Own meetings at touchpoints that a customer must have to be put into a group.",
    )

    def answer(self, asking: Asking) -> Answer[GroupsAnswer]:
        """The groups with their faces."""
        return _of_rule(self, asking, self.rule) if self.rule is not None else _found(self, asking)


def _among(question: Groups, asking: Asking) -> NDArray[np.bool_] | None:
    """[customers]: of the segment now, and first seen within the period; None asks about all."""
    import numpy as np

    if question.segment is None and question.since is None and question.until is None:
        return None
    offset, ts = asking.trails.offset, asking.trails.ts
    some = np.flatnonzero(np.diff(offset) > 0)
    period = asking.period(question.since, question.until)
    keep = (ts[offset[some]] >= period.start) & (ts[offset[some]] < period.end)
    if question.segment is not None:
        keep &= asking.layers.segment(question.segment)[offset[some + 1] - 1]
    out = np.zeros(len(offset) - 1, np.bool_)
    out[some[keep]] = True
    return out


# ── groups that are found ────────────────────────────────────────────────────────────────────────────────


def _found(question: Groups, asking: Asking) -> Answer[GroupsAnswer]:
    from desirepath.app.questions.sides import side_rows
    from desirepath.measure.groups.find import groups

    if not asking.journey.touchpoints:
        raise QuestionError(
            "the journey has no touchpoints: there is nothing to tell customers apart by",
            hint="Declare some under `touchpoints:` in its file.",
        )
    names = asking.layers.codes("event")
    taken = [s.id for s in asking.journey.segments] + [p.id for p in asking.journey.personas]
    result = groups(
        side_rows(asking),
        event_code=names.code,
        event_names=names.labels,
        among=_among(question, asking),
        k=question.into,
        blocks=tuple(dict.fromkeys(question.by)),
        fewest=question.fewest,
        taken=taken,
    )
    tables = {
        "groups": _groups_table(result),
        "touchpoints": _met_table(result),
        "measures": _measures_table(result),
    }
    tables["tried"] = _tried_table(result)
    lists: dict[str, Codes] = {
        one.name or f"group {place}": lambda one=one: one.customers  # type: ignore[misc]
        for place, one in enumerate(result.groups, start=1)
    }
    says = (*_first(result), *(_of_group(one, asking.currency) for one in result.groups), *_personas(result))
    return asking.answered(question, result, result.contract, says, tables, lists)


def _first(result: GroupsAnswer) -> tuple[str, ...]:
    from desirepath.journey_map.say import missing

    n, quiet = f"{result.grouped:,} customers", f"{result.quiet:,} others have too few meetings to tell"
    if result.why_none is not None:
        return (f"No groups can be looked for: {missing(result.why_none)}; {quiet}.",)
    best = max(result.tried, key=lambda t: t.again, default=None)
    if not result.chosen:
        tried = "" if best is None else f" The nearest: {best.k} groups, {_how(best)}."
        return (f"There are no stable groups among {n} ({quiet}): what they do is one continuum.{tried}",)
    one = next(t for t in result.tried if t.k == result.chosen)
    if result.forced:
        return (f"{one.k} groups of {n} ({quiet}), as asked. They are not to be believed: {_how(one)}.",)
    return (f"{one.k} groups of {n} ({quiet}), {_how(one)}.",)


def _how(one: object) -> str:
    from desirepath.measure.groups.stability import VALLEY, Tried

    assert isinstance(one, Tried)
    apart = (
        "with valleys between them"
        if one.valley <= VALLEY
        else "but some shade into each other without a valley between them"
    )
    again = f"with an adjusted Rand index of {one.again:.2f} (at the least {one.least_again:.2f})"
    return f"found again in samples {again}, {apart}"


def _of_group(one: Group, currency: str | None) -> str:
    from desirepath.core.estimate import Estimate

    assert isinstance(one.share, Estimate) or one.n >= 0
    share = f"{100 * one.share.value:.0f} %, " if isinstance(one.share, Estimate) else ""
    head = f"{one.label}: {one.n:,} customers ({share}Jaccard {one.jaccard:.2f})"
    return f"{head}. {_of_face(one.face, currency)}"


def _of_face(seen: Face, currency: str | None) -> str:
    from desirepath.app.questions.units import apart_in_words, in_words
    from desirepath.measure.groups.face import over_represented

    told = []
    for m in over_represented(seen.met, _TOLD):
        apart, ends = apart_in_words(m.difference, "share", currency)
        told.append(f"{m.label} {in_words(m.inside, 'share', currency)} of them, {apart} ({ends})")
    beyond = [c for c in seen.compared if c.beyond_chance][:_TOLD]
    for c in beyond:
        apart, ends = apart_in_words(c.difference, c.measure.unit, currency)
        told.append(f"{c.measure.label} {in_words(c.a, c.measure.unit, currency)}, {apart} ({ends})")
    if seen.worth.known:
        beside = in_words(seen.worth_beside, "money", currency)
        told.append(f"worth {in_words(seen.worth, 'money', currency)} a customer, others {beside}")
    return "; ".join(told) + "." if told else "Nothing sets them apart beyond chance."


def _personas(result: GroupsAnswer) -> tuple[str, ...]:
    """The lines that one would add to journey.yaml."""
    lines = [line for one in result.groups for line in yaml_lines(one)]
    if not lines:
        return ()
    return (
        "As personas, to be looked over, named and added to journey.yaml by you:\npersonas:\n"
        + "\n".join(lines),
    )


def yaml_lines(one: Group) -> list[str]:
    """The persona's lines, indented as under `personas:`; none for a group without a name or a rule."""
    import json

    from desirepath.core.estimate import Estimate

    if not one.name or one.rule is None:
        return []
    precise = [
        f"{100 * x.value:.0f} %" if isinstance(x, Estimate) else "an unknown share"
        for x in (one.rule.precision, one.rule.recall)
    ]
    return [
        f"  {one.name}:  # {precise[0]} of those it names are in the group; it names {precise[1]} of the group",
        f"    label: {json.dumps(one.label, ensure_ascii=False)}",
        f"    segment: {json.dumps(one.rule.rule, ensure_ascii=False)}",
    ]


def _groups_table(result: GroupsAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "group": str, "label": str, "customers": int, "share": "share", "jaccard": float, "stable": bool,
        "worth": "money", "rule": str, "precision": "share", "recall": "share",
    }  # fmt: skip
    from desirepath.core.estimate import NoEstimate

    none = NoEstimate("no_data")
    rows = [
        (
            g.name or f"group {place}", g.label, g.n, g.share, round(g.jaccard, 4), g.stable, g.face.worth,
            g.rule.rule if g.rule else None, g.rule.precision if g.rule else none, g.rule.recall if g.rule else none,
        )
        for place, g in enumerate(result.groups, start=1)
    ]  # fmt: skip
    return table_of("group", columns, rows, {"rule": result.contract.rule})


def _met_table(result: GroupsAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "group": str, "touchpoint": str, "inside": "share", "beside": "share", "difference": "points",
        "beyond_chance": bool,
    }  # fmt: skip
    rows = [
        (g.name or f"group {place}", m.touchpoint, m.inside, m.beside, m.difference, m.beyond_chance)
        for place, g in enumerate(result.groups, start=1)
        for m in g.face.met
    ]
    return table_of("group and touchpoint", columns, rows)


def _measures_table(result: GroupsAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "group": str, "measure": str, "what": str, "unit": str, "inside": "@unit", "beside": "@unit",
        "difference": "@unit apart", "beyond_chance": bool,
    }  # fmt: skip
    rows = [
        (
            g.name or f"group {place}",
            c.measure.id,
            c.measure.label,
            c.measure.unit,
            c.a,
            c.b,
            c.difference,
            c.beyond_chance,
        )
        for place, g in enumerate(result.groups, start=1)
        for c in g.face.compared
    ]
    return table_of("group and measure", columns, rows)


def _tried_table(result: GroupsAnswer) -> Table:
    from desirepath.app.questions.tables import table_of

    columns: dict[str, str | type] = {
        "groups": int, "found_again": float, "least": float, "least_jaccard": float, "fullest_valley": float,
        "accepted": bool,
    }  # fmt: skip
    rows = [
        (t.k, round(t.again, 4), round(t.least_again, 4), round(min(t.jaccard), 4), round(t.valley, 4),
         t.k == result.chosen and not result.forced)
        for t in result.tried
    ]  # fmt: skip
    return table_of("number of groups", columns, rows)


# ── a rule, live ─────────────────────────────────────────────────────────────────────────────────────────


def _of_rule(question: Groups, asking: Asking, text: str) -> Answer[GroupsAnswer]:
    """Who is of a rule now, against all others, as one group."""
    import numpy as np

    from desirepath.app.questions.sides import read_sides, side_rows
    from desirepath.measure.cohort import contract
    from desirepath.measure.groups.face import face
    from desirepath.measure.groups.features import acts_of, own_meetings
    from desirepath.measure.groups.find import Group, GroupsAnswer
    from desirepath.stats.intervals import proportion

    mine, others = read_sides(asking, text, "rest", segment=question.segment, since=None, until=None)
    trails, among = asking.trails, _among(question, asking)
    some = np.diff(trails.offset) > 0
    who = np.flatnonzero(some if among is None else some & among)
    inside = mine.held[trails.offset[who + 1] - 1]
    acts = acts_of(trails, own_meetings(trails)[0], who)
    rows = side_rows(asking)
    seen = face(rows, acts, who, inside, (mine, others), with_value=bool(trails.value.any()))
    n, share = int(inside.sum()), proportion(int(inside.sum()), len(inside), as_of=asking.as_of)
    group = Group(mine.label, mine.label, n, share, 1.0, True, who[inside], seen, None)
    made_by = contract(
        asking.journey,
        asking.as_of,
        f"Who are the customers of whom it holds now: {mine.label}?",
        "customers with any event; for success and feelings, those of whom it held when the visit was entered",
        "the rule as of each customer's last event; differences to all others with Newcombe's and Student's intervals "
        "(MOVER); beyond chance by Benjamini–Hochberg. A rule over what customers did makes them differ in that",
        "Newcombe (1998); Zou & Donner (2008); Benjamini & Hochberg (1995)",
    )
    result = GroupsAnswer(len(who), 0, (), 0, False, (group,), None, made_by)
    says = (_counted(group, len(who)), _of_face(seen, asking.currency))
    tables = {
        "groups": _groups_table(result),
        "touchpoints": _met_table(result),
        "measures": _measures_table(result),
    }
    lists: dict[str, Codes] = {"inside": lambda: group.customers, "beside": lambda: who[~inside]}
    return asking.answered(question, result, made_by, says, tables, lists)


def _counted(group: Group, everybody: int) -> str:
    from desirepath.core.estimate import Estimate
    from desirepath.journey_map.document import Unit
    from desirepath.journey_map.say import missing, of, span

    if isinstance(group.share, Estimate):
        ends = span(group.share, Unit.SHARE)
        share = f"{of(group.share, Unit.SHARE)} ({ends})"
    else:
        share = missing(group.share)
    verb = "is" if group.n == 1 else "are"
    return f"{group.label}: {group.n:,} of {everybody:,} customers {verb} of it now, {share}.".replace(
        "\xa0", " "
    )
