"""Every export says the same map, and nothing that people wrote can break out of any of them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import xml.etree.ElementTree as ET
from base64 import b64decode
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from desirepath.core.estimate import Estimate
from desirepath.journey_map.build import build_map
from desirepath.journey_map.csv import COLUMNS, to_csv
from desirepath.journey_map.document import SCHEMA, MapDocument
from desirepath.journey_map.exports import FORMATS, export
from desirepath.journey_map.html import to_html
from desirepath.journey_map.json import to_json
from desirepath.journey_map.markdown import to_markdown
from desirepath.journey_map.mermaid import escape, to_mermaid
from desirepath.journey_map.svg import to_svg
from tests.map_hostile import HOSTILE, with_words, words_first
from tests.map_shop import inputs, with_customers


@pytest.fixture(scope="module")
def shop() -> MapDocument:
    return build_map(inputs())


class Page(HTMLParser):
    """What a browser would make of a page: its elements, attributes and ids."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def values(self, name: str) -> list[str]:
        return [value for _, n, value in self.attributes if n == name]


FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@cache
def hostile_documents(words: str) -> list[MapDocument]:
    shop = inputs()
    # Every field of every kind is there once; the long tables of numbers are not what is tried.
    small = replace(shop, occupancy=None, stages=tuple(replace(a, curve=None) for a in shop.stages))
    return [build_map(with_words(small, words)), build_map(words_first(small, words))]


# ---- the page --------------------------------------------------------------------------------------


def test_every_link_of_the_page_leads_somewhere_in_it(shop: MapDocument) -> None:
    page = Page(to_html(shop))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    links = [v for t, n, v in page.attributes if n == "href" and t != "link"]
    assert links and {v for v in links if not v.startswith("#")} == set()
    assert {v[1:] for v in links} <= set(ids)


def test_every_cell_with_a_claim_has_its_evidence_on_the_page(shop: MapDocument) -> None:
    ids = set(Page(to_html(shop)).values("id"))
    assert {f"e.{c.id}" for c in shop.cells() if not c.blank} <= ids
    assert {f"t.{t.id}" for t in shop.trails} <= ids


def test_the_page_asks_for_nothing_from_anywhere(shop: MapDocument) -> None:
    text = to_html(shop)
    page = Page(text)
    policy = next(v for t, n, v in page.attributes if t == "meta" and n == "content" and "default-src" in v)
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "http" not in policy
    assert page.values("src") == [] and page.values("style") == []
    assert not re.search(r"url\((?!#)|@import|@font-face", text)


def test_the_data_in_the_page_are_the_json_export(shop: MapDocument) -> None:
    text = to_html(shop)
    block = re.search(r'<script type="application/gzip" id="data">(.*?)</script>', text, re.S)
    assert block is not None and re.fullmatch("[A-Za-z0-9+/=]+", block[1])
    assert json.loads(gzip.decompress(b64decode(block[1]))) == json.loads(to_json(shop))


def test_every_claim_names_what_it_rests_on_in_words(shop: MapDocument) -> None:
    text = to_html(shop)
    for word in ("observed", "reported", "assumed", "inferred"):
        assert f'href="#m-{word}"' in text
        assert word in text


def test_guesses_and_assumed_sources_are_seen(shop: MapDocument) -> None:
    text = to_html(shop)
    assert "Guesses to confirm" in text and "95 % of the gaps" in text
    assert "assumed: its newest event" in text


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_people_wrote_breaks_out_of_the_page(words: str) -> None:
    for document in hostile_documents(words):
        text = to_html(document)
        page = Page(text)
        assert page.tags.count("script") == 2
        assert not set(page.tags) & {"img", "iframe", "object", "embed", "form", "base"}
        assert [n for _, n, _ in page.attributes if n.startswith("on")] == []
        assert all(v.startswith("#") or v == "data:," for v in page.values("href"))
        assert not FORBIDDEN.search(text)
        text.encode("utf-8")
        ids = page.values("id")
        assert len(ids) == len(set(ids))


# ---- SVG -------------------------------------------------------------------------------------------


def test_the_drawing_stands_alone_and_says_the_numbers(shop: MapDocument) -> None:
    for theme in ("light", "dark"):
        text = to_svg(shop, theme)  # type: ignore[arg-type]
        root = ET.fromstring(text)
        words = " ".join(e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text"))
        assert "48,210" in words and "38.9" in words and "Payment, mobile" in words
        links = re.findall(r'(?:href|url)[=(]"?([^")]*)', text)
        assert all(link.startswith("#") for link in links)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_the_drawing_is_well_formed_whatever_people_wrote(words: str) -> None:
    for document in hostile_documents(words):
        root = ET.fromstring(to_svg(document).encode())
        names = {e.tag.rsplit("}", 1)[-1] for e in root.iter()}
        assert not names & {"script", "image", "foreignObject", "a", "animate", "set"}
        assert not [a for e in root.iter() for a in e.attrib if a.lower().startswith("on")]


# ---- JSON, CSV -------------------------------------------------------------------------------------


def test_the_json_names_its_schema_and_never_says_zero_for_a_missing_number(shop: MapDocument) -> None:
    data = json.loads(to_json(shop))
    assert data["schema"] == SCHEMA == "desirepath.map/1"
    chat = next(
        c for lane in data["lanes"] for c in lane["cells"] if c["id"] == "emotion.decision.reported.csat.chat"
    )
    feeling = chat["values"][0]["measured"]
    assert feeling["value"] is None and feeling["reason"] == "too_few" and feeling["n"] == 14


def test_the_csv_has_one_row_a_cell_with_its_interval(shop: MapDocument) -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(shop))))
    assert [r["cell"] for r in rows] == [c.id for c in shop.cells()]
    rate = next(r for r in rows if r["cell"] == "track.decision.rate")
    measured = shop.cell("track.decision.rate").values[0].measured
    assert isinstance(measured, Estimate)
    assert (float(rate["value"]), float(rate["low"]), int(rate["n"])) == (
        measured.value,
        measured.low,
        measured.n,
    )
    blank = next(r for r in rows if r["cell"] == "promises.awareness.blank")
    assert blank["blank"] == "No promise declared." and blank["value"] == ""


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_field_of_the_csv_is_a_formula(words: str) -> None:
    for document in hostile_documents(words):
        rows = list(csv.reader(io.StringIO(to_csv(document), newline="")))
        assert {len(r) for r in rows} == {len(COLUMNS)}
        for row in rows[1:]:
            for field in row:
                assert not field.startswith(("=", "@", "\t", "\r", "+")), field[:30]
                if field.startswith("-"):
                    float(field)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_the_json_is_json_whatever_people_wrote(words: str) -> None:
    for document in hostile_documents(words):
        text = to_json(document)
        text.encode("utf-8")
        assert len(json.loads(text)["lanes"]) == len(document.lanes)


# ---- Markdown --------------------------------------------------------------------------------------


def _tokens(text: str) -> list[tuple[str, str]]:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    found = []
    for token in parser.parse(text):
        found.append((token.type, token.tag))
        found += [(child.type, child.tag) for child in token.children or []]
    return found


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_markdown_keeps_what_people_wrote_as_words(words: str) -> None:
    plain = _tokens(to_markdown(build_map(inputs())))
    for document in hostile_documents(words):
        tokens = _tokens(to_markdown(document))
        types = {type for type, _ in tokens}
        assert not types & {
            "html_block",
            "html_inline",
            "link_open",
            "image",
            "code_block",
            "fence",
            "hr",
            "code_inline",
        }
        # No heading, table or column that the plain map does not have, but for lanes of the business's own.
        assert tokens.count(("tr_open", "tr")) == plain.count(("tr_open", "tr"))
        assert tokens.count(("td_open", "td")) == plain.count(("td_open", "td"))
        assert tokens.count(("heading_open", "h1")) == 1


def test_markdown_says_a_decimal_as_a_decimal() -> None:
    text = to_markdown(build_map(inputs()))
    assert "| 38.9 % go on within 30 days |" in text


# ---- Mermaid ---------------------------------------------------------------------------------------

# The lexer of mermaid 11's journey.jison, as rules in their order; entity codes are encoded before it runs.
_LEXER = (
    ("comment", re.compile(r"%%(?!\{)[^\n]*", re.I)),
    ("comment", re.compile(r"[^\}]%%[^\n]*", re.I)),
    ("newline", re.compile(r"[\n]+")),
    ("space", re.compile(r"\s+")),
    ("comment", re.compile(r"#[^\n]*")),
    ("journey", re.compile(r"journey\b", re.I)),
    ("title", re.compile(r"title\s[^#\n;]+", re.I)),
    ("acc", re.compile(r"accTitle\s*:\s*", re.I)),
    ("acc", re.compile(r"accDescr\s*[:{]\s*", re.I)),
    ("section", re.compile(r"section\s[^#:\n;]+", re.I)),
    ("taskName", re.compile(r"[^#:\n;]+")),
    ("taskData", re.compile(r":[^#\n;]+")),
    (":", re.compile(":")),
)


def lex(text: str) -> list[tuple[str, str]]:
    """The tokens that mermaid would see."""
    encoded = re.sub(r"#(\w+);", r"ﬂ°\1¶ß", text)
    tokens, at = [], 0
    while at < len(encoded):
        found = next(((name, m) for name, rule in _LEXER if (m := rule.match(encoded, at))), None)
        assert found is not None, encoded[at : at + 40]
        name, match = found
        at = match.end()
        if name not in ("space", "newline"):
            tokens.append((name, match[0]))
    return tokens


def check_mermaid(text: str, stages: int) -> None:
    """Holds the text to the grammar: journey, then title, sections and tasks with a score of 1 … 5."""
    tokens = lex(text)
    assert tokens[0][0] == "journey" and tokens[1][0] == "title"
    assert [name for name, _ in tokens].count("section") == stages
    rest = [t for t in tokens[2:] if t[0] != "section"]
    for (name, task), (data, score) in zip(rest[::2], rest[1::2], strict=True):
        assert (name, data) == ("taskName", "taskData"), (task, score)
        assert re.fullmatch(r": [1-5]: Customers (said|did)", score)


def test_mermaid_scores_are_whole_numbers_of_what_is_known(shop: MapDocument) -> None:
    text = to_mermaid(shop)
    check_mermaid(text, 5)
    assert "Payment#44; mobile: 2: Customers said" in text
    assert "Chat: " in text and text.count("Chat: ") == 1, "the reported score of Chat rests on too few"


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_mermaid_reads_every_name_as_a_name(words: str) -> None:
    for document in hostile_documents(words):
        check_mermaid(to_mermaid(document), 5)


@pytest.mark.parametrize(
    "name", ["Journey planner", "title page", "Section 8", "accTitle: x", "accDescr {", "style: #x;"]
)
def test_names_that_begin_with_a_keyword_are_names(name: str) -> None:
    check_mermaid(f"journey\n title x\n section {escape(name)}\n  {escape(name)}: 3: Customers did\n", 1)


# ---- all of them -----------------------------------------------------------------------------------


def test_every_export_draws_the_smallest_and_the_largest_map() -> None:
    for numbers in ((0, 0), (1, 0), (5, 100_000), (10,) * 10, (3, 9_000_000, 2, 0, 7, 7, 7, 7, 7, 7)):
        document = build_map(with_customers(*numbers))
        for name in FORMATS:
            assert len(export(document, name)) > 30


def test_an_export_is_the_same_each_time() -> None:
    for name in FORMATS:
        assert export(build_map(inputs()), name) == export(build_map(inputs()), name)
