"""What the map owes its reader: the period asked for, the instant of a count, what is left out, each rule once."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

from desirepath.core.estimate import NoEstimate
from desirepath.core.times import SECOND
from desirepath.journey_map import say
from desirepath.journey_map.build import build_map
from desirepath.journey_map.document import MapDocument
from desirepath.journey_map.drawing.words import fit, wrap
from desirepath.journey_map.html import to_html
from desirepath.journey_map.markdown import to_markdown
from desirepath.journey_map.svg import to_svg
from desirepath.journey_map.text import mask_text
from tests.map_shop import AS_OF, inputs

DAY = 86_400 * SECOND


def told_everywhere(words: str, document: MapDocument) -> None:
    """In the page, the drawing and Markdown; spaces that do not break are spaces, too."""
    for made in (to_html(document), to_svg(document), to_markdown(document)):
        assert words in unescape(re.sub(r"<[^<>]*>", " ", made)).replace(say.NBSP, " ").replace("\\", "")


def test_the_period_that_was_asked_for_stands_on_every_map() -> None:
    some = replace(inputs(), since=AS_OF - 30 * DAY, until=AS_OF - 10 * DAY)
    told_everywhere("entered 21 Oct 2026 – 10 Nov 2026", build_map(some))
    told_everywhere("entered since 21 Oct 2026", build_map(replace(some, until=None)))
    told_everywhere("entered until 10 Nov 2026", build_map(replace(some, since=None)))
    told_everywhere("all time", build_map(replace(some, since=None, until=None)))


def test_the_last_day_of_a_period_is_the_last_that_is_in_it() -> None:
    """--until 2026-11-01 means: before that day."""
    shop = build_map(inputs())
    midnight = 1_793_451_600 * SECOND  # 1 November 2026 in Sydney
    made = replace(shop, since=None, until=midnight, time_zone="Australia/Sydney")
    assert say.period(made).replace(say.NBSP, " ") == "entered until 31 Oct 2026"


def test_a_count_over_time_names_its_day_and_those_still_here_theirs() -> None:
    shop = build_map(inputs())
    here = shop.cell("metrics.decision.here")
    last = here.exhibits[0].rows[-1][0]
    assert isinstance(last, int)
    assert here.title == here.values[0].label == f"in the stage on {say.day(last, shop.time_zone)}"
    assert say.day(shop.as_of, shop.time_zone) in shop.cell("track.decision.lost").detail


def test_ease_at_a_touchpoint_is_told_by_the_rule_of_ease() -> None:
    shop = build_map(inputs())
    here = [c for c in shop.lane("emotion").at("decision") if c.series == "effort" and c.place >= 0]
    point = next(c for c in here if c.title == "Payment, mobile")
    whole = shop.cell("emotion.decision.effort")
    assert point.contract and whole.contract
    assert point.contract.question == "How hard do customers have to work at Payment, mobile in Decision?"
    assert (point.contract.rule, point.contract.denominator) == (
        whole.contract.rule,
        whole.contract.denominator,
    )


def test_of_no_meetings_there_is_no_share_that_was_hard() -> None:
    some = inputs()
    nobody = tuple(replace(e, ease=NoEstimate("no_data"), meetings=0) for e in some.efforts)
    for stage in build_map(replace(some, efforts=nobody)).stages:
        cell = build_map(replace(some, efforts=nobody)).cell(f"emotion.{stage.id}.effort")
        assert [row[1] for row in cell.exhibits[0].rows] == [None] * 4
    met = tuple(replace(e, meetings=500) for e in some.efforts)
    shares = build_map(replace(some, efforts=met)).cell("emotion.decision.effort").exhibits[0].rows
    assert all(isinstance(share, float) for _, share in shares)


def test_values_that_are_in_no_sum_are_told_on_the_map() -> None:
    words = "12 events have a value in another currency than AUD: it is left out of all sums."
    told_everywhere(words, build_map(replace(inputs(), cautions=(words,))))


def test_the_page_and_markdown_say_each_rule_once() -> None:
    shop = build_map(inputs())
    contracts = [c.contract for c in shop.cells() if c.contract]
    page = to_html(shop)
    for denominator, rule, source in {(c.denominator, c.rule, c.source) for c in contracts}:
        told = re.findall(r"<dt>Over<dd>(.*?)<dt>Rule<dd>(.*?)<dt>As of.*?</dl>", page, re.S)
        assert [(unescape(a), unescape(b)) for a, b in told].count((denominator, rule)) == 1, source
    assert len(
        re.findall(r"^- \*\*", to_markdown(shop).split("## How it is counted")[1], re.MULTILINE)
    ) == len({(c.rule, c.source) for c in contracts})


def test_every_cell_with_a_contract_leads_to_its_rule() -> None:
    shop = build_map(inputs())
    page = to_html(shop)
    for cell in shop.cells():
        if cell.contract:
            article = page.split(f"id=e.{cell.id}>")[1].split("</article>")[0]
            link = re.search(r"href=#(k\.\d+)>How it is counted", article)
            assert link is not None, cell.id
            rule = page.split(f"id={link[1]}>")[1].split("</article>")[0]
            assert cell.contract.rule in unescape(rule)


def test_a_text_without_end_is_measured_only_as_far_as_it_is_seen() -> None:
    """Ten thousand signs in a box for thirty give what the first few hundred give."""
    long = "word " * 20_000
    assert fit(long, 13, 200) == fit(long[:600], 13, 200)
    assert wrap(long, 13, 200, 3) == wrap(long[:900], 13, 200, 3)
    assert wrap("x" * 100_000, 13, 200, 2)[-1].endswith("…")


def test_masking_finds_addresses_wherever_a_word_begins() -> None:
    assert mask_text("a@b@mail.example and (ana@mail.example)") == "a@[e-mail] and ([e-mail])"
    assert mask_text("x" * 10_000) == "x" * 10_000
