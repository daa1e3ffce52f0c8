"""Where the templates of the page and of the drawing are found, and how they are filled in: strictly."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

_INDENT = re.compile(r"\n\s+")
_END_TAGS = re.compile(r"</(?:t[dhr]|tbody|thead|dt|dd|li)>")  # the parser closes them by itself
_TAG = re.compile(r"<[a-z][^<>]*[^/<>]>")
_QUOTED = re.compile(r'(?<= )([a-z-]+)="([\w.#-]+)"')


@cache
def environment() -> Environment:
    """Everything filled in is escaped; a name that is nowhere is a mistake, never empty."""
    made = Environment(
        loader=PackageLoader("desirepath.journey_map"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["tight"] = _tight
    return made


def _tight(text: Markup) -> Markup:
    """The same section in fewer signs: without indents, end tags that HTML lets go, quotes around plain words.

    In long tables they are a third of the page. What people wrote is escaped already: it holds no tags or quotes.
    """
    plain = _END_TAGS.sub("", _INDENT.sub("\n", text))
    return Markup(_TAG.sub(lambda tag: _QUOTED.sub(r"\1=\2", tag[0]), plain))
