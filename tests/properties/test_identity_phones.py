"""Telephone numbers: reading whole columns says the same as asking the library number by number."""

from __future__ import annotations

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desirepath.identity import phones
from desirepath.identity.phones import one_phone, phones_alike

REGIONS = sorted(phonenumbers.SUPPORTED_REGIONS)
FORMATS = (
    phonenumbers.PhoneNumberFormat.E164,
    phonenumbers.PhoneNumberFormat.INTERNATIONAL,
    phonenumbers.PhoneNumberFormat.NATIONAL,
)


@st.composite
def written(draw: st.DrawFn, regions: list[str], exact: bool = False) -> str:
    """A number of some country, in one of the usual ways; unless `exact` perhaps with other digits."""
    region = draw(st.sampled_from(regions))
    kind = draw(st.sampled_from([0, 1, 2, 3, 4, 6, 7]))
    number = phonenumbers.example_number_for_type(region, kind) or phonenumbers.example_number(region)
    text = phonenumbers.format_number(number, draw(st.sampled_from(FORMATS)))
    change = 0 if exact else draw(st.integers(0, 4))
    place = draw(st.integers(0, len(text)))
    if change == 1:
        text = text[:place] + str(draw(st.integers(0, 9))) + text[place:]
    elif change == 2:
        text = text[:place] + text[place + 1 :]
    elif change == 3:
        text = "".join(
            str(draw(st.integers(0, 9))) if c.isdigit() and draw(st.booleans()) else c for c in text
        )
    return text.strip()


@pytest.fixture(autouse=True)
def a_few_are_enough(monkeypatch):
    monkeypatch.setattr(phones, "_FEW", 1)


@given(st.data(), st.sampled_from(REGIONS))
def test_columns_and_single_numbers_agree(data, region):
    texts = data.draw(st.lists(written([region, "US", "DE", "IT", "AU"]), min_size=1, max_size=8))
    found = phones_alike(pa.array(texts, pa.large_string()), region).to_pylist()
    assert found == [one_phone(text, region) for text in texts]


@given(
    st.lists(st.text("0123456789+ -()./x", max_size=18), min_size=1, max_size=8),
    st.sampled_from([None, *REGIONS]),
)
def test_whatever_was_typed_is_read_the_same_both_ways(texts, region):
    found = phones_alike(pa.array(texts, pa.large_string()), region).to_pylist()
    assert found == [one_phone(text, region) for text in texts]


@given(st.sampled_from(REGIONS), st.data())
def test_a_number_made_alike_stays_as_it_is(region, data):
    once = one_phone(data.draw(written([region], exact=True)), region)
    assert one_phone(once, region) == once


@pytest.mark.parametrize("region", REGIONS)
def test_all_ways_to_write_a_countrys_number_are_one(region):
    number = phonenumbers.example_number(region)
    ways = [phonenumbers.format_number(number, one) for one in FORMATS]
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert set(phones_alike(pa.array(ways, pa.large_string()), region).to_pylist()) == {expected}
