"""Kinds of events that the journey says nothing of: what is offered for them, and what stands in journey.yaml then."""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.app.journeys import journey_file, read_one
from desirepath.app.more_sources import CannotAdd
from desirepath.app.new_touchpoints import MOST, Chosen, Offer, offer, with_touchpoints
from desirepath.app.workspace import Workspace
from desirepath.core.errors import NotFound
from desirepath.core.words import MAIN_JOURNEY
from desirepath.journey.read import read_journey
from desirepath.testing import FixedClock
from tests.commands import JOURNEY, small_shop

# Who ordered wrote to the shop at noon; who was seen nowhere else reads a letter; a parcel left.
TICKETS = "".join(
    f"Ticket Opened,2024-{i % 6 + 1:02d}-{i % 28 + 1:02d}T12:00:00Z,d{i},,email,where is it\n"
    for i in range(0, 30, 3)
)
LETTERS = "".join(f"Letter Zzz,2024-03-0{n}T10:00:00Z,reader{n},,{'ab'[n % 2]},\n" for n in range(1, 5))
SENT = "Order Sent,2024-01-02T10:00:00Z,d0,,,\n"


def made(folder: Path, visits: str = TICKETS + LETTERS + SENT, journey: str = JOURNEY) -> Path:
    """A loaded shop with these further events."""
    small_shop(folder, 60, extra_visits=visits)
    (folder / "journey.yaml").write_text(journey, "utf-8")
    Workspace.open(folder, clock=FixedClock()).load()
    return folder


def offered(folder: Path) -> Offer:
    with Workspace.open(folder, clock=FixedClock()).asking() as asking:
        return offer(asking)


def put_in(folder: Path, *chosen: Chosen) -> str:
    file = journey_file(folder, MAIN_JOURNEY)
    return with_touchpoints(file.path.read_text("utf-8"), read_one(file), offered(folder), chosen)


def test_each_kind_that_no_rule_meets_is_offered_with_what_init_would_draft(tmp_path: Path) -> None:
    found = offered(made(tmp_path / "shop"))
    # The order is a goal, the parcel ends a promise: both are in the journey, though no touchpoint has them.
    assert [one.event for one in found.kinds] == ["Ticket Opened", "Letter Zzz"]
    ticket, letter = found.kinds
    assert (ticket.events, ticket.customers, ticket.by) == (10, 10, "customer")
    assert (ticket.id, ticket.label, ticket.rule) == (
        "ticket_opened",
        "Ticket opened",
        "event = 'Ticket Opened'",
    )
    assert (ticket.channel, ticket.support) == ("email", True)
    assert (ticket.stage, ticket.why) == (
        "retention",
        "10 of the 10 in any stage were in this one",
    )
    assert ticket.example.text == "where is it"
    assert (letter.stage, letter.why, letter.channel) == ("", "", "")
    assert letter.channels == (("a", 2), ("b", 2))
    assert (found.more, found.more_events) == (0, 0)


def test_what_is_chosen_stands_at_the_end_and_all_else_as_it_was(tmp_path: Path) -> None:
    folder = made(tmp_path / "shop")
    text = put_in(folder, Chosen("Letter Zzz"), Chosen("Ticket Opened", "decision"))
    lines = text.splitlines()
    new = [line for line in lines if line not in JOURNEY.splitlines()]
    assert new == [
        "  letter_zzz: {when: \"event = 'Letter Zzz'\"}",
        "  ticket_opened: {stage: decision, channel: email, when: \"event = 'Ticket Opened'\", support: true}",
    ]
    assert [line for line in lines if line not in new] == JOURNEY.splitlines()
    journey = read_journey(text)
    assert [one.id for one in journey.touchpoints] == ["ad", "page", "cart", "letter_zzz", "ticket_opened"]
    (folder / "journey.yaml").write_text(text, "utf-8")
    assert offered(folder) == Offer(())  # and with them nothing is left that the journey says nothing of


def test_a_name_that_is_taken_gets_another(tmp_path: Path) -> None:
    taken = JOURNEY.replace("touchpoints:\n", "touchpoints:\n  ticket_opened: \"event = 'Call'\"\n")
    taken = taken.replace("  cart:", "  letters: {label: Letter zzz, when: \"event = 'Post'\"}\n  cart:")
    folder = made(tmp_path / "shop", journey=taken)
    ticket, letter = offered(folder).kinds
    assert (ticket.id, ticket.label) == ("ticket_opened_2", "Ticket opened 2")
    assert (letter.id, letter.label) == ("letter_zzz", "Letter Zzz (2)")
    journey = read_journey(put_in(folder, Chosen("Ticket Opened"), Chosen("Letter Zzz")))
    assert {"Ticket opened", "Ticket opened 2", "Letter Zzz (2)"} <= {
        one.label for one in journey.touchpoints
    }


def test_a_kind_of_which_a_rule_meets_some_is_in_the_journey(tmp_path: Path) -> None:
    some = JOURNEY.replace("  cart:", "  letters: \"event = 'Letter Zzz' and channel = 'a'\"\n  cart:")
    assert [one.event for one in offered(made(tmp_path / "shop", journey=some)).kinds] == ["Ticket Opened"]


@pytest.mark.parametrize(
    "section",
    ["", "touchpoints:\n", "touchpoints: {}\n", "touchpoints:\n  # none yet\n"],
)
def test_a_journey_without_touchpoints_gets_its_first(tmp_path: Path, section: str) -> None:
    begin, end = JOURNEY.index("touchpoints:"), JOURNEY.index("promises:")
    folder = made(tmp_path / "shop", journey=JOURNEY[:begin] + section + JOURNEY[end:])
    journey = read_journey(put_in(folder, Chosen("Ticket Opened", "retention")))
    assert [(one.id, one.stage) for one in journey.touchpoints] == [("ticket_opened", "retention")]
    assert [one.id for one in journey.promises] == ["sent"]


def test_what_is_not_offered_cannot_be_chosen(tmp_path: Path) -> None:
    folder = made(tmp_path / "shop")
    with pytest.raises(NotFound, match="Tickets Opened"):
        put_in(folder, Chosen("Tickets Opened"))
    with pytest.raises(NotFound, match="retentoin"):
        put_in(folder, Chosen("Ticket Opened", "retentoin"))


def test_a_definition_that_was_changed_meanwhile_loses_nothing(tmp_path: Path) -> None:
    folder = made(tmp_path / "shop")
    found, journey = offered(folder), read_one(journey_file(folder, MAIN_JOURNEY))
    theirs = JOURNEY.replace("  cart:", "  ticket_opened: \"event = 'Call'\"\n  cart:")
    with pytest.raises(CannotAdd):
        with_touchpoints(theirs, journey, found, [Chosen("Ticket Opened")])


def test_of_many_kinds_the_commonest_are_offered_first(tmp_path: Path) -> None:
    rare = "".join(f"Odd {n:02d},2024-03-01T10:00:00Z,d{n},,,\n" for n in range(MOST + 3))
    found = offered(made(tmp_path / "shop", TICKETS + rare))
    assert found.kinds[0].event == "Ticket Opened"
    assert (len(found.kinds), found.more, found.more_events) == (MOST, 4, 4)
