"""journey.yaml and map.yaml → Journey, with every mistake in both at once.

The grammar stands in docs/reference/journey.md. Shapes are checked where they are declared
(journey/definition.py); what needs the whole file, such as a name that must exist, is checked here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel

from desirepath.collect.expression import quote_text
from desirepath.collect.read_sources import rule_text
from desirepath.core.definition import Definition, digest
from desirepath.core.errors import DefinitionError, nearest
from desirepath.core.file_names import JOURNEY
from desirepath.core.yaml_lines import Document, Where, read_document
from desirepath.journey.bits import MAX_STAGES
from desirepath.journey.check_whole import check_whole
from desirepath.journey.claim import Claim, ClaimError, read_claim
from desirepath.journey.definition import (
    LANES,
    ActiveWhile,
    Exclusion,
    Identifier,
    Identity,
    Journey,
    Persona,
    Promise,
    Segment,
    Stage,
    Target,
    Touchpoint,
    VoidedBy,
    Written,
)
from desirepath.journey.read_hours import read_business_hours, read_holidays
from desirepath.journey.read_rates import read_rates

Part = TypeVar("Part", bound=BaseModel)
WHOLE = "journey"  # in place of a stage: the whole way
_ID = re.compile(r"[^\W\d]\w*(-\w+)*")
_SECTIONS = (
    "journey",
    *(f for f in Journey.model_fields if f not in ("title", "written", "guesses", "version")),
    "map",
)
_BOUNDS = ("limit", "shared_after")  # of an identifier; `none` lifts them
_WORDS_ONLY = ("title", "label", "about", "backstage", "targets", "written", "guesses", "version")


def read_journey(source: Path | str, map_path: Path | None = None, main: Journey | None = None) -> Journey:
    """journey.yaml, given as a file (Path) or as its text (str), and what people wrote in map.yaml.

    main: for a further journey of a workspace, the main one: what a business has once is taken from it where the
    file does not say it. Raises DefinitionError with every problem of both files.
    """
    written: tuple[Written, ...] = ()
    map_reader: JourneyReader | None = None
    trouble: DefinitionError | None = None
    reader = JourneyReader(read_document(source, "" if isinstance(source, Path) else JOURNEY), main)
    journey = reader.read()
    if map_path is not None:
        try:
            map_reader = JourneyReader(read_document(map_path))
            map_reader.claims_of = journey
            written = map_reader.lanes(map_reader.document.value, (), reader.stage_ids)
        except DefinitionError as error:
            trouble = error
    if trouble is not None:
        raise DefinitionError([*reader.problems, *trouble.problems])
    reader.end(*([map_reader] if map_reader else []))
    assert journey is not None
    guesses = journey.guesses + (map_reader.document.guesses() if map_reader else ())
    return journey.model_copy(update={"written": (*journey.written, *written), "guesses": guesses})


def journey_version(journey: Journey) -> str:
    """A digest of everything that changes a number; what is only words (labels, the map's texts) is not in it."""
    return digest(journey, _WORDS_ONLY, _leaf_text)


def _leaf_text(value: object) -> str | None:
    """A rule as one text; an identifier with a bound lifted unlike one whose bound is the usual one."""
    if isinstance(value, Identifier):
        lifted = [name for name in _BOUNDS if name in value.model_fields_set and getattr(value, name) is None]
        return f"{value!r} without {lifted}" if lifted else None
    return rule_text(value)


class JourneyReader(Definition):
    """One journey.yaml (or map.yaml)."""

    def __init__(self, document: Document, main: Journey | None = None) -> None:
        super().__init__(document)
        self._main = main
        self.stage_ids: tuple[str, ...] = ()
        self.claims_of: Journey | None = None  # what written claims speak of; unread where it does not stand

    def read(self) -> Journey | None:
        """The journey; None where problems were found."""
        raw = self.mapping(self.document.value, ())
        self.known(raw, (), _SECTIONS)
        self.stage_ids = tuple(self.mapping(raw.get("stages"), ("stages",)))
        parts: dict[str, object] = {
            "stages": self._stages(raw),
            "touchpoints": self._many(raw, "touchpoints", Touchpoint, shape=_touchpoint),
            "promises": self._many(raw, "promises", Promise, rename={"from": "opens", "to": "closes"}),
            "segments": self._many(raw, "segments", Segment, shape=_segment),
            "personas": self._personas(raw),
            "exclude": self._exclusions(raw),
            "voided_by": self._voided_by(raw.get("voided_by")),
            "active_while": self._part(raw, "active_while", ActiveWhile),
            "identity": self._identity(raw.get("identity")) or Identity(),
            "rates": read_rates(
                self, raw.get("rates"), raw.get("currency") or (self._main and self._main.currency)
            ),
            "business_hours": read_business_hours(self, raw.get("business_hours")),
            "holidays": read_holidays(self, raw.get("holidays")),
            "targets": self._targets(raw.get("targets")),
            "guesses": self.document.guesses(),
            "title": raw.get("journey") or "Customer journey",
        }
        plain = {
            k: v for k, v in raw.items() if k in _SECTIONS and k not in parts and k not in ("journey", "map")
        }
        # A title that is no text is a mistake of the key `journey`.
        if not isinstance(parts["title"], str):
            self.refuse(("journey",), "the journey's name is a text", "For example journey: Sample shop.")
            parts["title"] = ""
        journey = self.build(Journey, plain, (), given=parts)
        if journey is not None and self._main is not None:
            journey = journey.model_copy(update=_taken(self._main, journey, raw))
        returns = raw.get("returns_to")
        known = {"returns_to": returns if isinstance(returns, str) else None}
        # What can be said of a journey that does not stand is said as well.
        check_whole(self, journey or Journey.model_construct(**parts, **known), self.stage_ids)  # type: ignore[arg-type]
        self.claims_of = journey
        written = self.lanes(raw.get("map"), ("map",), self.stage_ids)
        if journey is None or self.problems:
            return None
        return journey.model_copy(update={"written": written, "version": journey_version(journey)})

    # ---- sections ----------------------------------------------------------------------------------

    def _stages(self, raw: Mapping[str, Any]) -> tuple[Stage, ...]:
        if not self.stage_ids:
            hint = f"Write them below stages:, for example {_STAGE_EXAMPLE}"
            self.refuse(("stages",), "the journey has no stage", hint)
        if len(self.stage_ids) > MAX_STAGES:
            hint = "Join stages that customers pass alike."
            self.refuse(("stages",), f"{len(self.stage_ids)} stages are too many: at most {MAX_STAGES}", hint)
        return self._many(raw, "stages", Stage, shape=_stage)

    def _many(
        self,
        raw: Mapping[str, Any],
        section: str,
        model: type[Part],
        shape: Any = None,
        rename: Mapping[str, str] | None = None,
    ) -> tuple[Part, ...]:
        """The entries of a section, each with its id from its key. shape: makes entries of a short form."""
        found: list[Part] = []
        for name, value in self.mapping(raw.get(section), (section,)).items():
            where: Where = (section, name)
            if not _ID.fullmatch(name):
                self.refuse(
                    where,
                    f'"{name}" is no id',
                    "An id is made of letters, digits and _; a label says the rest.",
                )
            entries = shape(name, value) if shape else value
            entries = self.mapping(entries, where)
            given = {"id": name}
            if entries.get("label") is None:
                given["label"] = label_of(name)
                entries = {k: v for k, v in entries.items() if k != "label"}
            part = self._given(model, entries, where, given, rename)
            if part is not None:
                found.append(part)
        return tuple(found)

    def _given(
        self, model: type[Part], entries: dict[str, Any], where: Where, given: dict[str, str], rename: Any
    ) -> Part | None:
        """As build, where `label` may be given by us or by the file."""
        if "label" not in given:
            return self.build(model, entries, where, given=given, rename=rename)
        label = given.pop("label")
        return self.build(model, {"label": label, **entries}, where, given=given, rename=rename)

    def _part(self, raw: Mapping[str, Any], section: str, model: type[Part]) -> Part | None:
        if raw.get(section) is None:
            return None
        return self.build(model, self.mapping(raw[section], (section,)), (section,))

    def _personas(self, raw: Mapping[str, Any]) -> tuple[Persona, ...]:
        segments = self.mapping(raw.get("segments"), ("segments",))

        def shape(name: str, value: object) -> object:
            if isinstance(value, str):
                value = {"segment": value}
            named = value.get("segment") if isinstance(value, dict) else None
            if isinstance(value, dict) and isinstance(named, str) and named in segments:
                rule = _segment("", segments[named])
                value = {**value, "segment": rule.get("rule") if isinstance(rule, dict) else None}
            return value

        return self._many(raw, "personas", Persona, shape=shape)

    def _targets(self, raw: object) -> tuple[Target, ...]:
        """By stage, or `journey` for the whole way: {rate: 80 %}, or the share alone."""
        found = []
        for name, value in self.mapping(raw, ("targets",)).items():
            where: Where = ("targets", name)
            entries = {"rate": value} if isinstance(value, str) else self.mapping(value, where)
            if self.reference(name, (*self.stage_ids, WHOLE), "stage", where, "targets"):
                found.append(self.build(Target, entries, where, given={"stage": name}))
        return tuple(one for one in found if one is not None)

    def _exclusions(self, raw: Mapping[str, Any]) -> tuple[Exclusion, ...]:
        """Named rules, or one rule without a name."""
        said = raw.get("exclude")
        if isinstance(said, dict) or said is None:
            return self._many(raw, "exclude", Exclusion, shape=_segment)
        given = {"id": "excluded", "label": "Excluded"}
        one = self.build(Exclusion, {"exclude": said}, (), given=given, rename={"exclude": "rule"})
        return () if one is None else (one,)

    def _voided_by(self, raw: object) -> tuple[VoidedBy, ...]:
        if raw is None:
            return ()
        many = raw if isinstance(raw, list) else [raw]
        found = []
        for place, value in enumerate(many):
            where: Where = ("voided_by", place) if isinstance(raw, list) else ("voided_by",)
            found.append(self.build(VoidedBy, self.mapping(value, where), where))
        return tuple(one for one in found if one is not None)

    def _identity(self, raw: object) -> Identity | None:
        entries = self.mapping(raw, ("identity",))
        kinds = self.mapping(entries.get("identifiers"), ("identity", "identifiers"))
        found = []
        for kind, value in kinds.items():
            where: Where = ("identity", "identifiers", kind)
            settings = self.mapping(value, where)
            # An empty limit says none; only one left out is the kind's usual one.
            lifted = {name: None for name in _BOUNDS if settings.get(name, "") in (None, "none")}
            settings = {name: one for name, one in settings.items() if name not in lifted}
            found.append(self.build(Identifier, settings, where, given={"kind": kind, **lifted}))
        known = tuple(one for one in found if one is not None)
        for one in known:
            self._patterns(one)
            for setting in _BOUNDS:
                number = getattr(one, setting)
                if number is not None and number < 1:
                    at = ("identity", "identifiers", one.kind, setting)
                    self.refuse(at, f"{setting} of {one.kind} is {number}", "It is 1 or more, or none.")
        self.known(entries, ("identity",), ("anonymous_past", "phone_region", "identifiers"))
        rest = {k: v for k, v in entries.items() if k in ("anonymous_past", "phone_region")}
        region = rest.get("phone_region")
        if isinstance(region, str) and not re.fullmatch("[A-Za-z]{2}", region):
            hint = 'Two letters, such as "AU".'
            self.refuse(("identity", "phone_region"), f'"{region}" is no country', hint)
        return self.build(Identity, rest, ("identity",), given={"identifiers": known})

    def _patterns(self, one: Identifier) -> None:
        """Blocked values between slashes are regular expressions."""
        for text in one.blocked:
            if len(text) > 2 and text.startswith("/") and text.endswith("/"):
                try:
                    re.compile(text[1:-1])
                except re.error as error:
                    at: Where = ("identity", "identifiers", one.kind, "blocked")
                    self.refuse(
                        at,
                        f"{text} is no regular expression: {error}",
                        "Without slashes it is a plain value.",
                    )

    # ---- what people wrote -------------------------------------------------------------------------

    def lanes(self, raw: object, where: Where, stages: Sequence[str]) -> tuple[Written, ...]:
        """Lanes × stages of text; `journey` in place of a stage is about the whole."""
        found: list[Written] = []
        for lane, cells in self.mapping(raw, where).items():
            if lane not in LANES:
                self.refuse(
                    (*where, lane), f'unknown lane "{lane}"', nearest(lane, LANES, "Lanes"), lane=lane
                )
                continue
            at = (*where, lane)
            if isinstance(cells, str | list):
                cells = {"journey": cells}
            for stage, text in self.mapping(cells, at).items():
                here = (*at, stage)
                if stage != "journey" and not self.reference(stage, (*stages, "journey"), "stage", here):
                    continue
                found.extend(self._cell(lane, None if stage == "journey" else stage, text, here))
        return tuple(found)

    def _cell(self, lane: str, stage: str | None, raw: object, where: Where) -> list[Written]:
        """A text, a list of texts, or {text, by, holds}; each author's texts together."""
        by_author: dict[str, list[tuple[str, Claim | None]]] = {}
        for place, entry in enumerate(raw if isinstance(raw, list) else [raw]):
            at = (*where, place) if isinstance(raw, list) else where
            text, author, claim = entry, "", None
            if isinstance(entry, dict):
                self.known(entry, at, ("text", "by", "holds"))
                text, author = entry.get("text"), str(entry.get("by") or "")
                claim = self._claim(entry.get("holds"), (*at, "holds"))
            if text is None:
                continue  # a cell that is still empty
            if not isinstance(text, str):
                self.refuse(at, "a text is needed", "Write a text, a list of texts, or {text: …, by: …}.")
                continue
            by_author.setdefault(author, []).append((text.strip(), claim))
        line = self.document.line(where)
        return [
            Written(
                lane=lane, stage=stage, text=tuple(t for t, _ in said), holds=tuple(c for _, c in said), by=author,
                line=line,
            )
            for author, said in by_author.items()
        ]  # fmt: skip

    def _claim(self, text: object, where: Where) -> Claim | None:
        """What a text claims; what is wrong with it stands at its line."""
        if text is None or self.claims_of is None:
            return None
        try:
            return read_claim(str(text), self.claims_of)
        except ClaimError as error:
            self.refuse(where, error.message, error.hint, error.code, **error.facts)
            return None


_STAGE_EXAMPLE = "awareness: {enter: \"event = 'Page Viewed'\", lapse_after: 30 days}."


def label_of(name: str) -> str:
    """product_page → Product page."""
    words = re.sub(r"[_\-]+", " ", name).strip()
    return words[:1].upper() + words[1:]


def _taken(main: Journey, journey: Journey, said: Mapping[str, Any]) -> dict[str, object]:
    """What a further journey takes from the main one, being the same for the whole business.

    Who is who, and who does not count, only where a customer is the same in both: a person, or an account.
    """
    shared = ["time_zone", "currency", "rates", "business_hours", "holidays"]
    if journey.customer == main.customer:
        shared += ["identity", "exclude"]
    return {name: getattr(main, name) for name in shared if name not in said}


def _stage(name: str, value: object) -> object:
    """Reaching the goal of the decision begins the next stage, unless the file says otherwise."""
    if name == "decision" and isinstance(value, dict) and value.get("goal") not in (None, "repeat"):
        return {"goal_advances": "true", **{k: v for k, v in value.items() if v is not None}}
    return value


def _segment(name: str, value: object) -> Any:
    """A segment may be its rule alone."""
    return {"rule": value} if isinstance(value, str) else value


def _touchpoint(name: str, value: object) -> object:
    """A touchpoint may be its rule alone; one with a channel and no rule takes that channel's events."""
    if isinstance(value, str):
        return {"when": value}
    if isinstance(value, dict) and value.get("when") is None:
        channel = value.get("channel")
        return {**value, "when": f"channel = {quote_text(channel)}"} if isinstance(channel, str) else value
    return value
