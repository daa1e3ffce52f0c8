"""Whatever is in a definition file: it reads, or every mistake is told with a line that is in the file."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from desirepath.collect.read_sources import read_sources
from desirepath.core.errors import DefinitionError
from desirepath.core.yaml_lines import read_document
from desirepath.journey.read import read_journey
from desirepath.journey.templates import TEMPLATES, template

SOURCES = """
sources:
  web:
    files: [exports/web-*.csv.gz, "${DATA}/more.csv"]
    zone: Australia/Sydney
    time: {column: ts, format: "%d/%m/%Y %H:%M"}
    by: {column: actor, map: {staff: business}}
    channel: {sql: "coalesce(lower(utm_medium), 'direct')"}
    event: {column: type, map: {purchase: Order Completed}}
    identifiers: {anonymous_id: anon, email: mail}
    score: {column: stars, kind: nps}
    complete_until: 2026-11-20
  orders:
    query: "select * from '${DATA}/orders.csv'"
    identifiers: [customer_id]
    properties: rest
    events:
      - {event: Order Completed, time: created_at, when: "created_at is not null", value: total}
      - {event: Order Delivered, time: delivered_at, by: business}   # guess: nobody orders a parcel
metrics:
  ads: {files: ads.csv, day: date, channel: ads, spend: {column: cost}, currency: AUD}
"""
TEXTS = [SOURCES, *(template(name) for name in TEMPLATES)]
ODD = [
    "",
    ":",
    ": ",
    "-",
    "- ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "#",
    "&a ",
    "*a",
    "!x ",
    "|",
    ">",
    "'",
    '"',
    "\t",
    "\n",
    "  ",
]
ODD += [
    "null",
    "~",
    "1",
    "true",
    "[]",
    "{}",
    "é",
    "\x07",
    "\u2028",
    "\ufeff",
    "---\n",
    "...\n",
    "<<: ",
    "? ",
    "%",
    "@",
    "\\",
]


def judge(text: str) -> None:
    """Both readers take it, or say why not."""
    lines = len(text.splitlines()) + 1
    for read in (read_journey, lambda one: read_sources(one, {"DATA": "/data"})):
        try:
            read(text)
        except DefinitionError as error:
            assert error.problems
            for problem in error.problems:
                assert problem.message
                assert 0 <= problem.line <= lines
                assert str(problem).startswith(("journey.yaml", "sources.yaml"))


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A good file with something cut out, doubled, or put in."""
    text = draw(st.sampled_from(TEXTS))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 30)))
        put = draw(st.one_of(st.sampled_from(ODD), st.text(max_size=5), st.just(text[start:end] * 2)))
        text = text[:start] + put + text[end:]
    return text


@given(text=damaged())
def test_a_damaged_file_reads_or_is_told_what_is_wrong(text: str) -> None:
    judge(text)


@given(
    text=st.lists(
        st.one_of(st.sampled_from(ODD), st.sampled_from(["stages", "sources", "map", "a", "b"])), max_size=25
    ).map("".join)
)
@example("- &a [*a]")
@example("stages: {? {a: b} : c}")
@example("{stages: {decision: [], [a]: b}}")
@example("a: !!binary x")
@example("- - - - a")
@example("stages: {a: 1, b: [], c: x, d: {enter: {}, goal: [], lapse_after: {}, label: [a]}}")
@example(
    "stages: {a: }\ntouchpoints: []\npromises: x\nidentity: []\nvoided_by: [x, []]\nmap: {owners: {journey: {}}}"
)
@example("personas: {a: {segment: b}}\nsegments: {b: {rule: []}, c: []}")
@example(
    "sources: {a: {files: {}, query: [], events: {}, key: {}, complete_until: [], zone: [], time: [], score: []}}"
)
@example(
    "sources: {a: {properties: [x, [y]], traits: {b: [c]}, identifiers: x, by: {map: []}, event: {}, events: [{}, []]}}"
)
@example("metrics: {a: {day: {}, channel: }}\nsources: {a: }")
def test_any_yaml_reads_or_is_told_what_is_wrong(text: str) -> None:
    judge(text)


@given(text=st.text(max_size=80))
def test_any_text_reads_or_is_told_what_is_wrong(text: str) -> None:
    judge(text)


@given(
    value=st.recursive(
        st.one_of(
            st.none(), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
        ),
        lambda inner: st.one_of(
            st.lists(inner, max_size=3),
            st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), inner, max_size=3),
        ),
        max_leaves=10,
    )
)
def test_what_is_written_plainly_is_read_as_it_is(value: object) -> None:
    def write(one: object) -> str:
        if isinstance(one, dict):
            return "{" + ", ".join(f"{k}: {write(v)}" for k, v in one.items()) + "}"
        if isinstance(one, list):
            return "[" + ", ".join(write(v) for v in one) + "]"
        return "~" if one is None else f'"{one}"'

    assert read_document(f"a: {write(value)}").value == {"a": value}
