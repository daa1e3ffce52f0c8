"""Which values are the same identifier, and which are none."""

from __future__ import annotations

import pyarrow as pa
import pytest

from desirepath.identity.blocked import blocked_because
from desirepath.identity.normalise import alike, make_alike
from desirepath.identity.reasons import BLOCKED_WORDS, Blocked
from desirepath.identity.rules import Form, Kind

EMAIL = Kind("email", form=Form.EMAIL)
PHONE = Kind("phone", form=Form.PHONE)
USER = Kind("user_id")


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (EMAIL, "  Ana@Shop.COM\t", "ana@shop.com"),
        (EMAIL, "JOSE\u0301@shop.com", "jos\u00e9@shop.com"),  # an accent of its own, and the composed letter
        (EMAIL, "a.n.a+news@gmail.com", "a.n.a+news@gmail.com"),  # dots and tags are the provider's business
        (USER, " U-1 ", "U-1"),
        (USER, "u-1", "u-1"),
        (PHONE, "(02) 9374 4000", "+61293744000"),
        (PHONE, "+61 2 9374-4000", "+61293744000"),
        (PHONE, "+61 (0)2 9374 4000", "+61293744000"),
        (PHONE, "0412.345.678", "+61412345678"),
        (PHONE, "+1 212-555-0123 ext. 7", "+12125550123;ext=7"),
        (PHONE, "+49 30 901820", "+4930901820"),
        (PHONE, "call me", "call me"),
        (PHONE, "\uff10\uff14\uff11\uff12 345 678", "+61412345678"),  # full-width digits
    ],
)
def test_values_are_made_alike(kind, written, value):
    assert alike(written, kind, "AU") == value


def test_a_number_without_a_country_keeps_its_digits():
    assert alike("(02) 9374-4000", PHONE) == "0293744000"
    assert alike("+61 2 9374 4000", PHONE) == "+61293744000"


def test_a_null_stays_null():
    for kind in (EMAIL, PHONE, USER):
        found = make_alike(pa.array(["x@y.z", None]), kind, "AU")
        assert found.is_null().to_pylist() == [False, True]


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        (USER, "null", Blocked.WORD),
        (USER, "NULL", Blocked.WORD),
        (USER, "anonymous", Blocked.WORD),
        (USER, "undefined", Blocked.WORD),
        (USER, "n/a", Blocked.WORD),
        (USER, "(not set)", Blocked.WORD),
        (USER, "\\N", Blocked.WORD),
        (USER, "-1", Blocked.WORD),
        (USER, "0", Blocked.ZEROS),
        (USER, "00000000-0000-0000-0000-000000000000", Blocked.ZEROS),
        (USER, "--", Blocked.ZEROS),
        (USER, "1", Blocked.NO),
        (USER, "nullius", Blocked.NO),
        (USER, "Annette", Blocked.NO),
        (EMAIL, "null@null.com", Blocked.PLACEHOLDER),
        (EMAIL, "none@none.com", Blocked.PLACEHOLDER),
        (EMAIL, "test@test.com", Blocked.PLACEHOLDER),
        (EMAIL, "test@example.com", Blocked.PLACEHOLDER),
        (EMAIL, "user@example.com", Blocked.PLACEHOLDER),
        (EMAIL, "n/a@shop.com", Blocked.PLACEHOLDER),
        (EMAIL, "unknown@shop.com", Blocked.PLACEHOLDER),
        (EMAIL, "ana@shop.invalid", Blocked.PLACEHOLDER),
        (EMAIL, "noreply@shop.com", Blocked.ANSWERS_NOBODY),
        (EMAIL, "no-reply+123@shop.com", Blocked.ANSWERS_NOBODY),
        (EMAIL, "do_not_reply@shop.com", Blocked.ANSWERS_NOBODY),
        (EMAIL, "mailer-daemon@mail.com", Blocked.ANSWERS_NOBODY),
        (EMAIL, "ana", Blocked.NO_EMAIL),
        (EMAIL, "ana@", Blocked.NO_EMAIL),
        (EMAIL, "ana ben@shop.com", Blocked.NO_EMAIL),
        (EMAIL, "ana@example.com", Blocked.NO),  # many documents and test systems name their people so
        (EMAIL, "testa@shop.com", Blocked.NO),
        (EMAIL, "info@shop.com", Blocked.NO),  # shared, perhaps: that is for the counts to say
        (EMAIL, "d41d8cd98f00b204e9800998ecf8427e", Blocked.NO),  # hashed before it came here
        (PHONE, "+61000000000", Blocked.NO),
        (PHONE, "0000000000", Blocked.ZEROS),
        (PHONE, "9999999999", Blocked.PLACEHOLDER),
        (PHONE, "1234567890", Blocked.PLACEHOLDER),
        (PHONE, "call me", Blocked.NO_PHONE),
        (PHONE, "1234", Blocked.NO_PHONE),
        (PHONE, "+61293744000", Blocked.NO),
    ],
)
def test_what_stands_for_nothing_is_blocked_with_its_reason(kind, value, why):
    assert Blocked(blocked_because(pa.array([value], pa.large_string()), kind)[0]) is why


def test_every_reason_has_its_words():
    assert set(BLOCKED_WORDS) == {one.word for one in Blocked} - {""}


def test_the_journeys_blocked_values_are_made_alike_and_its_patterns_searched():
    kind = Kind("email", form=Form.EMAIL, blocked=("Front@Shop.com", "/@staff[.]/", "/^(?!a).*@b[.]com$/"))
    values = ["front@shop.com", "ana@staff.shop.com", "ana@shop.com", "ana@b.com", "ben@b.com"]
    because = blocked_because(pa.array(values, pa.large_string()), kind)
    # The last pattern looks ahead, which only Python's engine can.
    assert [Blocked(code).word for code in because] == ["journey", "journey", "", "", "journey"]
