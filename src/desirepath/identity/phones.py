"""The same phone number, however it is written: E.164 ("+61412345678").

In: distinct values. Out: E.164 where the number can be one, with ";ext=…" for an extension; a number that
lacks its country (and there is no default region) keeps its digits, so that it still equals itself.

The phonenumbers library judges; it needs some 30 µs a number. Numbers in the two plain forms (a plus and
digits; a whole national number of the default region) are recognised with the library's own patterns, over
whole columns. A property test holds the two ways equal.
"""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from phonenumbers import PhoneMetadata

Bools = NDArray[np.bool_]

_SEPARATORS = r"[ \-./()]"
_FEW = 64  # for fewer numbers of a country, asking the library is quicker than reading its patterns


def phones_alike(values: pa.Array, region: str | None = None) -> pa.Array:
    """Each value as E.164, or its digits. `values`: trimmed; region: "AU", or None; a null stays null."""
    bare = pc.replace_substring_regex(values, _SEPARATORS, "")
    international = _true(pc.match_substring_regex(bare, r"^\+[1-9][0-9]{6,14}$"))
    national = _true(pc.match_substring_regex(bare, r"^[0-9]{5,14}$"))
    sure = _sure_international(bare, international)
    result = pc.if_else(pa.array(sure), bare, None)
    if region and region in phonenumbers.SUPPORTED_REGIONS and national.sum() >= _FEW:
        numbers, sure_here = _sure_national(bare, national, region)
        result = pc.if_else(pa.array(sure_here), numbers, result)
        sure |= sure_here
    rest = np.flatnonzero(~sure & _true(pc.is_valid(values)))
    if not len(rest):
        return result
    asked = pa.array(
        [one_phone(text, region) for text in values.take(pa.array(rest)).to_pylist()], pa.large_string()
    )
    return pc.replace_with_mask(result, pa.array(~sure & _true(pc.is_valid(values))), asked)


def one_phone(text: str, region: str | None) -> str:
    """One value as E.164 by the library, else its digits, else the lower-case text."""
    try:
        number = phonenumbers.parse(text, region)
        if phonenumbers.is_possible_number(number):
            extension = f";ext={number.extension}" if number.extension else ""
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) + extension
    except phonenumbers.NumberParseException:
        pass
    digits = re.sub(r"\D", "", text)
    if len(digits) < 5:
        return text.lower()
    return ("+" if text.startswith("+") else "") + digits


def _sure_international(bare: pa.Array, wanted: Bools) -> Bools:
    """Those "+digits" which the library would leave as they are: whole numbers of their country."""
    sure = np.zeros(len(bare), np.bool_)
    places = np.flatnonzero(wanted)
    if len(places) < _FEW:
        return sure
    numbers = bare.take(pa.array(places))
    head = np.asarray(pc.cast(pc.utf8_slice_codeunits(numbers, 1, 4), pa.int16()))
    countries = _country_of_head()[head]
    for country in np.unique(countries[countries > 0]):
        here = places[countries == country]
        metadata = _metadata_of_country(int(country))
        if len(here) < _FEW or metadata is None:
            continue
        rest = pc.utf8_slice_codeunits(bare.take(pa.array(here)), 1 + len(str(country)))
        sure[here] = _whole(rest, metadata) & ~_starts(rest, metadata.national_prefix_for_parsing)
    return sure


def _sure_national(bare: pa.Array, wanted: Bools, region: str) -> tuple[pa.Array, Bools]:
    """Whole national numbers of the region, with or without its plain national prefix."""
    metadata = PhoneMetadata.metadata_for_region(region)
    sure = np.zeros(len(bare), np.bool_)
    if metadata is None or metadata.national_prefix_transform_rule or metadata.leading_zero_possible:
        return bare, sure
    places = np.flatnonzero(wanted)
    numbers = bare.take(pa.array(places))
    prefix = metadata.national_prefix or ""
    prefixed = _starts(numbers, re.escape(prefix)) if prefix else np.zeros(len(places), np.bool_)
    rest = pc.if_else(pa.array(prefixed), pc.utf8_slice_codeunits(numbers, len(prefix)), numbers)
    fits = _whole(rest, metadata)
    fits &= ~_starts(rest, metadata.national_prefix_for_parsing)
    fits &= ~_starts(numbers, metadata.international_prefix)
    # A prefix that could as well be the first digits of a number is for the library to judge.
    fits &= ~(prefixed & _whole(numbers, metadata))
    sure[places] = fits
    code, nothing = (pa.scalar(text, rest.type) for text in (f"+{metadata.country_code}", ""))
    found = pc.binary_join_element_wise(code, rest, nothing)
    return pc.replace_with_mask(bare, pa.array(wanted), found), sure


def _whole(numbers: pa.Array, metadata: PhoneMetadata) -> Bools:
    """Numbers that fit the country's general pattern and one of its lengths, from end to end."""
    desc = metadata.general_desc
    assert desc is not None  # each region's metadata has one
    pattern, lengths = desc.national_number_pattern, desc.possible_length
    fits = _true(pc.match_substring_regex(numbers, f"^(?:{pattern})$"))
    return fits & np.isin(np.asarray(pc.utf8_length(numbers)), list(lengths))


def _starts(numbers: pa.Array, pattern: str | None) -> Bools:
    if not pattern:
        return np.zeros(len(numbers), np.bool_)
    return _true(pc.match_substring_regex(numbers, f"^(?:{pattern})"))


def _true(mask: pa.Array) -> Bools:
    return np.asarray(pc.fill_null(mask, False)).astype(np.bool_)


@lru_cache(maxsize=1)
def _country_of_head() -> NDArray[np.int16]:
    """The calling code of each three first digits; 0 where there is none. No code begins another."""
    head = np.zeros(1000, np.int16)
    for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        span = 10 ** (3 - len(str(code)))
        head[code * span : (code + 1) * span] = code
    return head


def _metadata_of_country(code: int) -> PhoneMetadata | None:
    region = phonenumbers.region_code_for_country_code(code)
    return PhoneMetadata.metadata_for_region_or_calling_code(code, region)
