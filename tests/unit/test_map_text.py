"""What is shown of customers' words and names, and what hostile text becomes."""

from __future__ import annotations

import doctest
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.journey_map import text
from desirepath.journey_map.text import clean_text, cleaned, mask_customer, mask_text, shorten, slug


def test_the_examples_in_the_module_are_so() -> None:
    assert doctest.testmod(text).failed == 0


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("write to ana.b+shop@mail.example.co.uk!", "write to [e-mail]!"),
        ("ＡＮＡ＠example.com", "[e-mail]"),
        ("call 0412 345 678 now", "call [number] now"),
        ("call (02) 9374-4000", "call [number]"),
        ("+49 30 901820", "[number]"),
        ("card 4111 1111 1111 1111", "card [number]"),
        ("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [number]."),
        ("order #20931177", "order [number]"),
        ("parcel JD0002123456789", "parcel [number]"),
        ("https://shop.example/a/b?token=abc#top is slow", "https://shop.example/a/b?… is slow"),
        ("http://ana:secret@shop.example/x", "http://shop.example/x"),
    ],
)
def test_what_could_name_a_person_is_taken_out(said: str, shown: str) -> None:
    assert mask_text(said) == shown


@pytest.mark.parametrize(
    "said",
    [
        "Ordered on 2024-11-20, came on 23.11.2024.",
        "Paid 1,299.00 for 3 coats, 20% off",
        "at 12:30, twice; 10/10 would buy again",
        "the years 2019-2024",
        "iPhone 15 Pro Max, size 42",
        "暖かくて軽い。また買います。",
    ],
)
def test_dates_prices_and_plain_words_stay(said: str) -> None:
    assert mask_text(said) == said


def test_a_customers_id_is_cut_so_short_that_it_finds_nobody() -> None:
    assert mask_customer("c7f3k2m9qx") == "c7f3…"
    shown = mask_customer("ana@example.com")
    assert re.fullmatch(r"c[0-9a-f]{4}…", shown) and "ana" not in shown
    assert shown == mask_customer("ana@example.com"), "the same person looks the same"


@given(st.text(max_size=200))
def test_masking_is_done_at_once(said: str) -> None:
    once = mask_text(clean_text(said))
    assert "@" not in once or mask_text(once) == once


@given(st.text(st.characters(exclude_categories=()), max_size=100))
def test_clean_text_fits_into_utf8_and_xml_and_turns_nothing_around(said: str) -> None:
    plain = clean_text(said)
    plain.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", plain)
    assert clean_text(plain) == plain


def test_clean_text_keeps_what_languages_need() -> None:
    for said in ("نص\u200fعربي", "👩\u200d👩\u200d👧", "a\tb\nc", "naïve ﬁ"):
        assert clean_text(said) == said


def test_cleaned_reaches_every_text_of_a_document() -> None:
    assert cleaned(("a\x00", {"b\x00": ("c\u202e",)}, 3)) == ("a\ufffd", {"b\ufffd": ("c",)}, 3)


@given(st.text(max_size=80), st.text(max_size=80))
def test_names_that_differ_have_slugs_that_differ(one: str, other: str) -> None:
    assert re.fullmatch(r"[a-z0-9_-]+", slug(one))
    if one != other:
        assert slug(one) != slug(other)


def test_a_plain_name_is_its_own_slug() -> None:
    assert slug("product_page") == "product_page"


@given(st.text(max_size=300), st.integers(5, 60))
def test_a_shortened_text_is_short(said: str, most: int) -> None:
    assert len(shorten(said, most)) <= most
