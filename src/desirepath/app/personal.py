"""What of a customer names a person: one rule for every column and value that is shown anywhere.

In: the bare name of a column (`first_name`, not `traits.first_name`), a value. Out: whether it names a person, or
speaks in their words. It is judged by the name, whatever the column holds, and by what reaches a person in a value
under any other name. What things are called (`product_name`), and what is only said about an address
(`email_verified`), names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

# By these a person is known, found, or told from all others.
_NAMES = re.compile(
    r"name|mail|phone|mobile_no|fax|address|street|zip|post_?code|birth|dob|\bip\b|ip_|_ip$|user_agent|passport"
    r"|iban|card|signature|login|latitude|longitude|\bssn\b|tax_?id",
    re.I,
)
# In these a person speaks, or links carry what names one.
_SPEAKS = re.compile(
    r"url|referr?er|comment|message|subject|\bbody|feedback|verbatim|description|\bnotes?\b|_notes?$", re.I
)
_OF_THINGS = re.compile(
    # Not of devices and hosts: they are often called after whose they are.
    r"(?:^|_)(?:product|item|article|sku|brand|category|collection|bundle|package|plan|tier|subscription|feature"
    r"|offer|coupon|promotion|promo|discount|campaign|ad|ad_?set|ad_?group|creative|keyword|audience|experiment"
    r"|variant|variation|test|event|page|screen|form|template|list|file|app|browser|os|platform|channel"
    r"|source|medium|city|country|region|state|province|county|district|store|shop|branch|warehouse|course|segment"
    r"|stage|status|type|queue|department|industry|language|currency)s?_?(?:name|description)$"
)
_ABOUT_IT = re.compile(
    r"_(?:opt_?in|opt_?out|verified|confirmed|consent|allowed|subscribed|status|type|method|opens|opened|clicks"
    r"|clicked|count)$"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# A value that reaches a person, under whatever name: an e-mail address, or a phone number with its country's code.
ADDRESS = r"[^\s@]@[^\s@]+\.[^\s@]|^\s*\+[0-9][0-9 ()./-]{6,}$"
_REACHES = re.compile(ADDRESS)


def names_person(name: str) -> bool:
    """Whether a column names a person, by its bare name.

    >>> [names_person(one) for one in ("first_name", "productName", "email", "email_opt_in")]
    [True, False, True, False]
    """
    return bool(_NAMES.search(name)) and not _is_of_things(name)


def speaks(name: str) -> bool:
    """Whether a column holds a person's words, or links, by its bare name."""
    return bool(_SPEAKS.search(name)) and not _is_of_things(name)


def reaches_person(value: object) -> bool:
    """Whether an address stands in a value: an e-mail's, or a phone's with its country."""
    return isinstance(value, str) and bool(_REACHES.search(value))


def is_personal(name: str, value: object) -> bool:
    """Whether a trait or property is not to be shown as it is, by its bare name or by what it says."""
    return names_person(name) or speaks(name) or reaches_person(value)


def impersonal(column: str, values: Iterable[str]) -> tuple[str, ...]:
    """Of the values of a column (`traits.device`) those that may be shown as they are, such as in a suggestion."""
    bare = column.partition(".")[2] or column
    return tuple(one for one in values if not is_personal(bare, one))


def _is_of_things(name: str) -> bool:
    plain = re.sub(r"[ .-]", "_", _HUMP.sub("_", name)).lower()
    return bool(_OF_THINGS.search(plain) or _ABOUT_IT.search(plain))
