"""What was planted in the sample shop is found again, from its exports alone, within the intervals.

The truths are differences between worlds (desirepath.simulate.effects); what is measured knows one world only.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest

from desirepath.app.asking import Asking
from desirepath.core.estimate import Estimate, Measured
from desirepath.journey.promises import PromiseRows
from desirepath.measure.answers import StageAnswer
from desirepath.measure.promises.kept import promises
from desirepath.measure.touchpoints import touchpoints
from desirepath.stats.intervals import difference, mean, net_score
from tests.acceptance.conftest import SampleShop

pytestmark = pytest.mark.slow

REASONS = {
    "bad time": {"time_unreadable"},
    "no identifier": {"no_identifier"},
    "too many fields": {"too_many_columns"},
    "line cut off": {"too_few_columns", "not_json"},
    "foreign bytes": {"not_utf8"},
}


def known(measured: Measured) -> Estimate:
    assert isinstance(measured, Estimate), measured
    return measured


def against(one: StageAnswer, other: StageAnswer) -> Estimate:
    """The difference of two stage rates."""
    a, b = known(one.rate), known(other.rate)
    return known(difference(round(a.value * a.n), a.n, round(b.value * b.n), b.n, as_of=a.as_of))


def covers(estimate: Estimate, truth: float) -> bool:
    return estimate.low <= truth <= estimate.high


# ---- what was loaded -------------------------------------------------------------------------------------


def test_every_event_that_was_written_is_there_once(sample_shop: SampleShop, asking: Asking):
    rows = asking.store.rows("SELECT source, event, count(*) FROM events GROUP BY ALL")
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for source, event, count in rows:
        found[source][event] = count
    assert found == sample_shop.truth.events


def test_every_broken_line_is_set_aside_with_its_reason_and_no_other(sample_shop: SampleShop, asking: Asking):
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for source, reason, count in asking.store.rows(
        "SELECT source, reason, count(*) FROM rejects GROUP BY ALL"
    ):
        found[source][reason] = count
    expected = {source: sum(kinds.values()) for source, kinds in sample_shop.truth.broken.items()}
    assert {source: sum(reasons.values()) for source, reasons in found.items()} == expected
    for source, kinds in sample_shop.truth.broken.items():
        for kind, count in kinds.items():
            assert sum(found[source][reason] for reason in REASONS[kind]) == count, (source, kind)


def test_spend_is_that_of_the_truth(sample_shop: SampleShop, asking: Asking):
    rows = asking.store.rows("SELECT campaign, sum(spend) FROM metrics GROUP BY ALL")
    assert sum(spend for _, spend in rows) == sum(sample_shop.truth.spend.values())


def test_loading_again_adds_nothing_and_a_later_export_adds_what_is_new(own_shop: SampleShop):
    workspace, truth = own_shop.workspace, own_shop.truth
    assert workspace.load().events == 0
    folder = Path(truth.folder)
    shutil.copy(folder / "later" / "support" / "tickets.csv", folder / "exports" / "support" / "tickets.csv")
    summary = workspace.load()
    assert {one.source for one in summary.sources if one.events or one.corrected} == {"tickets"}
    with workspace.asking() as asking:
        events = dict(
            asking.store.rows("SELECT event, count(*) FROM events WHERE source = 'tickets' GROUP BY ALL")
        )
    assert events["Ticket Opened"] == truth.notes["tickets in the later export"]
    assert events["Ticket Resolved"] > truth.events["tickets"]["Ticket Resolved"]


# ---- who is who ------------------------------------------------------------------------------------------


def test_nobody_is_taken_for_somebody_else_and_most_are_known_again(sample_shop: SampleShop, asking: Asking):
    customer = {
        (kind, value): number
        for kind, value, number in asking.store.rows("SELECT kind, value, customer FROM identifiers")
    }
    truth = list(sample_shop.truth.identities())
    assert not [1 for kind, value, _ in truth if (kind, value) not in customer]
    persons: dict[int, set[int]] = defaultdict(set)
    split: dict[int, set[int]] = defaultdict(set)
    for kind, value, person in truth:
        number = customer[kind, value]
        persons[number].add(person)
        if kind in ("user_id", "email", "phone", "order_id"):
            split[person].add(number)
    assert not [number for number, owners in persons.items() if len(owners) > 1]
    whole = sum(len(numbers) == 1 for numbers in split.values())
    assert whole / len(split) > 0.98


def test_staff_tests_and_the_crawler_are_no_customers(sample_shop: SampleShop, asking: Asking):
    house = {
        number
        for (number,) in asking.store.rows(
            """SELECT event_no FROM events
               WHERE "properties.agent" = 'CrawlerBot/2.1' OR "id.email" LIKE '%@sampleshop.example'"""
        )
    }
    notes = sample_shop.truth.notes
    assert len(house) == notes["crawler events"] + notes["staff events"] + notes["test orders"]
    assert not house & set(np.asarray(asking.trails.event).tolist())


# ---- decision: the payment page on phones ----------------------------------------------------------------


def test_the_payment_page_costs_phones_what_it_costs_them(sample_shop: SampleShop, asking: Asking):
    truth = sample_shop.truth
    before = asking.stages(segment="mobile", until=truth.release)["decision"]
    since = asking.stages(segment="mobile", since=truth.release)["decision"]
    assert covers(against(since, before), truth.effects["mobile_checkout"].value)
    assert against(since, before).high < 0


def test_computers_pay_as_well_as_ever(sample_shop: SampleShop, asking: Asking):
    truth = sample_shop.truth
    before = asking.stages(segment="desktop", until=truth.release)["decision"]
    since = asking.stages(segment="desktop", since=truth.release)["decision"]
    assert covers(against(since, before), 0.0)


def test_old_customers_meet_the_fault_as_well(asking: Asking):
    repeats = {
        segment: asking.stages(segment=segment, since="2024-12-01")["decision"].repeat
        for segment in ("mobile", "desktop")
    }
    phone, computer = repeats["mobile"], repeats["desktop"]
    assert phone is not None and computer is not None
    assert against(phone, computer).high < 0


def test_a_failed_payment_is_the_worst_thing_to_meet_on_the_way_to_an_order(asking: Asking):
    met = {
        t.touchpoint: t.lift
        for t in touchpoints(
            asking.journey, asking.visits, asking.trails, as_of=asking.as_of, channels=asking.channels
        )
        if t.stage == "decision"
    }
    worst = met["payment_error"]
    assert worst.beyond_chance
    assert known(worst.difference).high < -0.2


# ---- retention: the depot in the west, the care guide ----------------------------------------------------


def by_region(
    asking: Asking, rows: PromiseRows, opening: str
) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    table = asking.store.rows(
        f"""SELECT event_no, "traits.region" = 'WA', time >= TIMESTAMP '{opening} 00:00:00' - INTERVAL 11 HOUR
            FROM events WHERE event = 'Order Completed' AND "traits.region" IS NOT NULL"""
    )
    west = {number: (in_west, late) for number, in_west, late in table}
    of = [west.get(number, (None, False)) for number in rows.event.tolist()]
    return {
        "west since": np.array([bool(w) and s for w, s in of]),
        "west before": np.array([bool(w) and not s for w, s in of]),
        "elsewhere": np.array([w is False for w, _ in of]),
    }


def test_the_promise_is_broken_in_the_west_since_the_depot_opened(sample_shop: SampleShop, asking: Asking):
    truth = sample_shop.truth
    segments = by_region(asking, asking.promises, truth.depot_opening)
    answer = promises(asking.journey, asking.promises, as_of=asking.as_of, segments=segments)[0]
    assert answer.promise == "delivered_in_time"
    kept = {name: known(answer.by_segment[name]) for name in segments}
    assert covers(kept["west since"], truth.effects["west_kept"].with_it)
    assert covers(kept["west before"], truth.effects["west_kept"].without_it)
    assert kept["elsewhere"].low > 0.9


def test_its_customers_say_so_in_reviews_and_answers(sample_shop: SampleShop, asking: Asking):
    effects = sample_shop.truth.effects
    rows = asking.store.rows(
        f"""WITH west AS (
              SELECT c.customer, min(e.time) AS first FROM events e JOIN event_customers c USING (event_no)
              WHERE e.event = 'Order Completed' AND e."traits.region" = 'WA'
                AND e.time >= TIMESTAMP '{sample_shop.truth.depot_opening}' GROUP BY 1)
            SELECT e.score_kind, e.score FROM events e JOIN event_customers c USING (event_no)
            JOIN west w ON w.customer = c.customer AND e.time > w.first WHERE e.score_kind IN ('rating', 'nps')"""
    )
    stars = [score for kind, score in rows if kind == "rating"]
    points = np.array([score for kind, score in rows if kind == "nps"])
    assert covers(known(mean(stars, as_of=0)), effects["west_stars_written"].with_it)
    assert known(mean(stars, as_of=0)).high < effects["west_stars_written"].without_it
    answers = known(net_score(int((points >= 9).sum()), int((points <= 6).sum()), len(points), as_of=0))
    assert covers(answers.map(lambda share: 100 * share), effects["west_nps_answered"].with_it)
    assert 100 * answers.high < effects["west_nps_answered"].without_it


def test_fewer_of_them_come_back(sample_shop: SampleShop, asking: Asking):
    """Against the rest of the country over the same months; the truth is over 90 days."""
    effect = sample_shop.truth.effects["west_repeat"]
    rows = asking.store.rows(
        f"""WITH orders AS (
              SELECT c.customer, e.time, e."traits.region" = 'WA' AS west,
                row_number() OVER (PARTITION BY c.customer ORDER BY e.time) AS nth,
                lead(e.time) OVER (PARTITION BY c.customer ORDER BY e.time) AS following
              FROM events e JOIN event_customers c USING (event_no) WHERE e.event = 'Order Completed')
            SELECT west, coalesce(following <= time + INTERVAL 90 DAY, false), count(*) FROM orders
            WHERE nth = 1 AND time >= TIMESTAMP '{sample_shop.truth.depot_opening}'
              AND time <= TIMESTAMP '{sample_shop.truth.until}' - INTERVAL 90 DAY GROUP BY ALL"""
    )
    count = {(west, again): n for west, again, n in rows}
    sizes = {west: count[west, True] + count[west, False] for west in (True, False)}
    found = known(difference(count[True, True], sizes[True], count[False, True], sizes[False], as_of=0))
    assert covers(found, effect.value)
    assert found.high < 0


def test_the_care_guide_works_as_well_as_it_does(sample_shop: SampleShop, asking: Asking):
    drawn = asking.stages(segment="with_care_guide")["retention"]
    others = asking.stages(segment="without_care_guide")["retention"]
    effect = sample_shop.truth.effects["care_guide"]
    assert covers(against(drawn, others), effect.value)
    assert against(drawn, others).low > 0
    assert covers(known(drawn.rate), effect.with_it)
    assert covers(known(others.rate), effect.without_it)


# ---- what looks good and is not --------------------------------------------------------------------------


def test_the_coupon_site_looks_good_and_is_not_said_to_help(sample_shop: SampleShop, asking: Asking):
    truth = sample_shop.truth
    assert truth.effects["coupon_site_orders"].value == 0
    # What a report of conversions by channel would say: those who came by it order far more often.
    rows = asking.store.rows(
        """WITH carts AS (
             SELECT c.customer, bool_or(e.event = 'Order Completed') AS won,
               bool_or(e."properties.utm_medium" = 'affiliate') AS coupon
             FROM events e JOIN event_customers c USING (event_no)
             GROUP BY 1 HAVING bool_or(e.event = 'Cart Viewed'))
           SELECT coupon, won, count(*) FROM carts WHERE coupon IS NOT NULL GROUP BY ALL"""
    )
    count = {(coupon, won): n for coupon, won, n in rows}
    sizes = {coupon: count[coupon, True] + count[coupon, False] for coupon in (True, False)}
    looks = known(difference(count[True, True], sizes[True], count[False, True], sizes[False], as_of=0))
    assert looks.low > 0.05
    lift = next(
        t.lift
        for t in touchpoints(
            asking.journey, asking.visits, asking.trails, as_of=asking.as_of, channels=asking.channels
        )
        if t.stage == "decision" and t.touchpoint == "coupon_site"
    )
    assert known(lift.difference).high < looks.low


def test_stories_reach_many_and_win_few(sample_shop: SampleShop, asking: Asking):
    reach = dict(asking.store.rows("SELECT campaign, sum(impressions) FROM metrics GROUP BY ALL"))
    assert reach["rain_story"] == max(reach.values())
    met = {
        t.touchpoint: t.lift
        for t in touchpoints(
            asking.journey, asking.visits, asking.trails, as_of=asking.as_of, channels=asking.channels
        )
        if t.stage == "awareness"
    }
    assert met["rain_story"].beyond_chance
    assert known(met["rain_story"].difference).high < -0.1


def test_the_score_is_that_of_the_answers_and_those_are_not_the_customers(
    sample_shop: SampleShop, asking: Asking
):
    effect = sample_shop.truth.effects["nps_bias"]
    points = np.array(
        [score for (score,) in asking.store.rows("SELECT score FROM events WHERE score_kind = 'nps'")]
    )
    score = known(net_score(int((points >= 9).sum()), int((points <= 6).sum()), len(points), as_of=0))
    assert 100 * score.value == pytest.approx(effect.with_it)
    assert 100 * score.low > effect.without_it, "the bias is beyond chance, and no interval shows it"


# ---- and the page that tells of it -----------------------------------------------------------------------


def test_the_page_on_the_sample_shop_tells_the_figures_of_this_shop(sample_shop: SampleShop):
    page = (Path(__file__).parents[2] / "docs" / "why" / "sample-shop.md").read_text("utf-8")
    effects = sample_shop.truth.effects

    def told(pattern: str, *numbers: float) -> None:
        found = re.search(pattern, page)
        assert found, pattern
        assert [float(n.replace(",", "")) for n in found.groups()] == [round(n) for n in numbers], (
            found.group()
        )

    told(
        r"falls from (\d+) % to (\d+) % on phones",
        100 * effects["mobile_checkout"].without_it,
        100 * effects["mobile_checkout"].with_it,
    )
    told(
        r"promised day fall from (\d+) % to (\d+) %",
        100 * effects["west_kept"].without_it,
        100 * effects["west_kept"].with_it,
    )
    told(r"NPS (\d+) points", -effects["west_nps"].value)
    told(
        r"first fall from (\d+) % to (\d+) %",
        100 * effects["west_repeat"].without_it,
        100 * effects["west_repeat"].with_it,
    )
    told(
        r"order (\d+) times in 100, others (\d+) times",
        100 * effects["coupon_site_looks"].with_it,
        100 * effects["coupon_site_looks"].without_it,
    )
    told(
        r"(\d+) % of those who first met us there ever bought, against (\d+) %",
        100 * effects["stories_buyers"].with_it,
        100 * effects["stories_buyers"].without_it,
    )
    told(
        r"would be (\d+) orders fewer, out of ([\d,]+)",
        effects["stories_orders"].value,
        sample_shop.truth.orders,
    )
    told(
        r"within 180 days rises from (\d+) % to (\d+) %",
        100 * effects["care_guide"].without_it,
        100 * effects["care_guide"].with_it,
    )
    told(r"(\d+) among the answers; (\d+),", effects["nps_bias"].with_it, effects["nps_bias"].without_it)
