"""What the journey says of identity, and what we take kinds to be when it says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.core.errors import DefinitionError
from desirepath.identity import rules as rules_module
from desirepath.identity.rules import Form, default_kind, rules_for


def test_kinds_come_strongest_first_and_known_before_weak():
    rules = rules_for(["anonymous_id", "quote_no", "email", "order_id", "user_id", "phone"])
    assert rules.names == ("user_id", "email", "phone", "order_id", "anonymous_id", "quote_no")
    assert [kind.known for kind in rules.kinds] == [True, True, True, False, False, False]


def test_defaults_are_one_user_id_and_five_addresses():
    rules = rules_for(["user_id", "email", "phone", "order_id"])
    assert [(kind.limit, kind.shared_after) for kind in rules.kinds] == [(1, 5), (5, 5), (5, 5), (None, 5)]
    assert [kind.form for kind in rules.kinds] == [Form.PLAIN, Form.EMAIL, Form.PHONE, Form.PLAIN]


def test_the_journeys_order_and_settings_win_and_the_rest_is_by_default():
    rules = rules_for(
        ["email", "user_id", "loyalty_card"],
        {"loyalty_card": {"known": True}, "email": {"limit": None, "blocked": ("x@y.com",)}},
    )
    assert rules.names == ("loyalty_card", "email", "user_id")
    card, email, user = rules.kinds
    assert (card.known, card.limit) == (True, None)
    assert (email.known, email.limit, email.blocked) == (True, None, ("x@y.com",))
    assert user.limit == 1


def test_a_kind_by_another_name_is_the_same_sort_of_kind():
    assert default_kind("email_address").form is Form.EMAIL
    assert default_kind("Mobile").form is Form.PHONE
    assert default_kind("visitor_id").limit == 100
    assert default_kind("organisation_id").known


def test_accounts_are_customers_only_where_the_journey_says_so():
    present = ["company_id", "email"]
    assert rules_for(present).unused == ("company_id",)
    assert rules_for(present).names == ("email",)
    assert rules_for(present, {"company_id": {}}).names == ("company_id", "email")
    accounts = rules_for(present, customer="account")
    assert accounts.names == ("company_id", "email")
    assert [kind.limit for kind in accounts.kinds] == [1, None]


def test_settings_that_cannot_be_meant_are_all_told_at_once():
    with pytest.raises(DefinitionError) as wrong:
        rules_for(
            [],
            {"email": {"limit": 0, "blocked": ("/(/", "fine")}, "device_id": {"shared_after": 0}},
            phone_region="Australia",
        )
    told = str(wrong.value)
    assert "limit of email is 0" in told
    assert "shared_after of device_id is 0" in told
    assert "blocked value /(/ of email is no regular expression" in told
    assert 'phone_region "Australia" is no country' in told
    assert len(wrong.value.problems) == 4


def test_the_reference_lists_every_kind_as_it_is():
    page = Path(__file__).resolve().parents[2] / "docs" / "reference" / "identity.md"
    table = page.read_text("utf-8").split("<!-- kinds -->\n")[1].split("\n\n")[0]
    told = [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in table.splitlines()[2:]]
    kinds = [*rules_module._DEFAULTS, rules_module.Kind("any other")]
    assert told == [
        (
            kind.name,
            "yes" if kind.known else "no",
            str(kind.limit or "none"),
            str(kind.shared_after or "none"),
        )
        for kind in kinds
    ]
