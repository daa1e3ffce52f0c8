"""After a purchase, looking at goods is on the way to the next order, not a help to it."""

from __future__ import annotations

from desirepath.journey.read import read_journey
from desirepath.measure.lift.ask import repeat_steps
from desirepath.testing.journeys import SHOP

TOUCHPOINTS = """
touchpoints:
  product: {stage: consideration, when: "event = 'Product Viewed'"}
  cart:    {stage: decision, when: "event = 'Cart Viewed'"}
  guide:   {stage: retention, when: "event = 'Guide Sent'"}
  chat:    {when: "event = 'Chat Started'"}
"""


def test_steps_of_the_repeat_cycle_are_those_that_lead_to_a_purchase() -> None:
    journey = read_journey(SHOP + TOUCHPOINTS)
    assert repeat_steps(journey, journey.index("retention")).tolist() == [True, True, False, False]
    assert repeat_steps(journey, journey.index("advocacy")).tolist() == [True, True, False, False]


def test_before_the_purchase_nothing_is_a_repeat() -> None:
    journey = read_journey(SHOP + TOUCHPOINTS)
    assert not repeat_steps(journey, journey.index("decision")).any()


def test_without_a_purchase_there_is_no_repeat_cycle() -> None:
    text = SHOP.replace("""    goal: "event = 'Order Completed'"\n""", "").replace("after: decision, ", "")
    journey = read_journey(text + TOUCHPOINTS)
    assert not any(repeat_steps(journey, place).any() for place in range(len(journey.stages)))
