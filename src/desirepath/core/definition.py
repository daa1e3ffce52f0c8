"""Values of a definition file → checked shapes; what is wrong → Problems with their lines.

In: a Document (values that know their lines) and pydantic models. Out: models, or every mistake at once, each
with file, line, what is wrong and the nearest fix. A reader goes on after a mistake, so that one run of a
command shows all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from difflib import get_close_matches
from hashlib import sha256
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from desirepath.core.errors import DefinitionError, Problem, nearest
from desirepath.core.times import parse_duration
from desirepath.core.yaml_lines import Document, Where

Model = TypeVar("Model", bound=BaseModel)


def refused(*mistakes: tuple[str, str]) -> PydanticCustomError:
    """What a validator raises to say (message, hint) in its own words; several at once if need be."""
    return PydanticCustomError("refused", "{said}", {"said": mistakes[0][0], "mistakes": mistakes})


def checked_duration(value: object) -> object:
    """For pydantic: a text as the duration it says, or the mistake."""
    if not isinstance(value, str):
        return value
    try:
        found = parse_duration(value)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        hint = hint[:1].upper() + hint[1:] + "." if hint else ""
        if re.search("month|year", value, re.I):
            hint = "Months and years vary: write 30 days or 365 days."
        raise refused((message, hint)) from None
    if found <= timedelta(0):
        raise refused((f'"{value}" is no time at all', 'Write how long, like "30 days".'))
    return found


Duration = Annotated[timedelta, BeforeValidator(checked_duration)]
"""'30 days', '4 hours'; longer than nothing."""


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str | Mapping) else value


OneOrMany = BeforeValidator(_one_or_many)
"""On a tuple: a single entry may stand without its brackets."""


class Definition:
    """Reads one file: builds models from its values and gathers problems."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = list(document.problems)

    def refuse(
        self, where: Where, message: str, hint: str = "", code: str = "definition", **facts: object
    ) -> None:
        """Remember a mistake at `where`."""
        line = self.document.line(where)
        self.problems.append(Problem(self.document.file, line, message, hint, code, facts))

    def mapping(self, value: object, where: Where) -> dict[str, Any]:
        """The value as a mapping; {} where it is missing, or (a mistake) something else."""
        if value is None or isinstance(value, dict):
            return value or {}
        self.refuse(where, f'{path_of(where) or "the file"} must be entries of the form "name: …"')
        return {}

    def known(self, raw: Mapping[str, object], where: Where, keys: Iterable[str]) -> None:
        """Refuse keys that mean nothing here."""
        allowed = list(keys)
        for key in raw:
            if key not in allowed:
                self.unknown_key(where, key, allowed)

    def unknown_key(self, where: Where, key: str, allowed: Iterable[str]) -> None:
        """One key that means nothing."""
        at = (*where, key)
        self.refuse(
            at, f'unknown key "{key}"{_in(where)}', nearest(key, allowed, "Keys"), "unknown_key", key=key
        )

    def reference(self, name: str, known: Iterable[str], what: str, where: Where, inside: str = "") -> bool:
        """Is `name` one of `known`? If not: unknown stage "considration" in touchpoint "page"."""
        names = list(known)
        if name in names:
            return True
        label = f"{what.capitalize()}s"
        at = f" in {inside}" if inside else _in(where)
        self.refuse(
            where, f'unknown {what} "{name}"{at}', nearest(name, names, label), f"unknown_{what}", name=name
        )
        return False

    def build(
        self,
        model: type[Model],
        raw: Mapping[str, object],
        where: Where,
        *,
        given: Mapping[str, object] | None = None,
        rename: Mapping[str, str] | None = None,
    ) -> Model | None:
        """A model from the entries at `where`; None, and problems, where they do not fit.

        given: fields that the file does not write itself (an id from the key above).
        rename: the file's key → the model's field, where they differ (`from` → opens).
        """
        names = dict(rename or {})
        hidden = {*(given or {}), *names.values(), "line"}
        allowed = [*names, *(f for f in model.model_fields if f not in hidden)]
        self.known(raw, where, allowed)
        # An empty entry ("exit:") means the same as none.
        values = {names.get(k, k): v for k, v in raw.items() if k in allowed and v is not None}
        try:
            return model.model_validate({**(given or {}), **values})
        except ValidationError as error:
            back = {field: key for key, field in names.items()}
            for one in _telling(error.errors(), [key for key in raw if key not in allowed]):
                self._validation(one, model, where, back)
            return None

    def _validation(
        self, error: ErrorDetails, model: type[BaseModel], where: Where, back: Mapping[str, str]
    ) -> None:
        """One mistake that pydantic found, in our words."""
        loc = tuple(part for part in error["loc"] if not (isinstance(part, str) and "[" in part))
        at: Where = (
            *where,
            *(back.get(p, p) if isinstance(p, str) and i == 0 else p for i, p in enumerate(loc)),
        )
        kind = error["type"]
        if kind == "missing":
            key = str(at[-1])
            hint = _EXAMPLES.get(key, "")
            self.refuse(
                at[:-1], f'"{key}" is missing{_in(at[:-1])}', f"For example {hint}" if hint else "", "missing"
            )
        elif kind == "extra_forbidden":
            self.unknown_key(at[:-1], str(at[-1]), _fields_at(model, loc[:-1]))
        elif kind == "refused":
            for message, hint in error["ctx"]["mistakes"]:
                self.refuse(at, f"{message}{_in(at)}", hint)
        elif kind in ("literal_error", "enum"):
            choices = re.findall(r"'([^']*)'", str(error["ctx"]["expected"]))
            value = str(error["input"])
            self.refuse(at, f'"{value}" is not a choice{_in(at)}', nearest(value, choices, "Choices"))
        else:
            self.refuse(at, f"{_WORDS.get(kind, error['msg'])}{_in(at)}")

    def end(self, *others: Definition) -> None:
        """Raise DefinitionError if this file or the others have problems."""
        every = [problem for one in (self, *others) for problem in sorted(one.problems, key=lambda p: p.line)]
        if every:
            raise DefinitionError(every)


def _telling(errors: list[ErrorDetails], others: Sequence[str]) -> list[ErrorDetails]:
    """Without the missing keys that stand there misspelt: one mistake is told once.

    others: unknown keys of the outermost level, told of already.
    """
    nobody: tuple[int | str, ...] = ()
    unknown = [(e["loc"][:-1], str(e["loc"][-1])) for e in errors if e["type"] == "extra_forbidden"]
    unknown += [(nobody, key) for key in others]

    def misspelt(error: ErrorDetails) -> bool:
        near = [key for around, key in unknown if around == error["loc"][:-1]]
        return error["type"] == "missing" and bool(get_close_matches(str(error["loc"][-1]), near))

    return [error for error in errors if not misspelt(error)]


_WORDS = {
    "string_type": "text is needed",
    "bool_parsing": '"true" or "false" is needed',
    "bool_type": '"true" or "false" is needed',
    "int_parsing": "a whole number is needed",
    "int_type": "a whole number is needed",
    "float_parsing": "a number is needed",
    "float_type": "a number is needed",
    "dict_type": 'entries of the form "name: …" are needed',
    "model_type": 'entries of the form "name: …" are needed',
    "model_attributes_type": 'entries of the form "name: …" are needed',
    "tuple_type": "a list is needed",
    "list_type": "a list is needed",
}
_EXAMPLES = {
    "enter": "enter: \"event = 'Product Viewed'\".",
    "lapse_after": "lapse_after: 30 days.",
    "time": "time: created_at.",
    "event": "event: Order Completed.",
    "from": "from: \"event = 'Order Completed'\".",
    "to": "to: \"event = 'Order Delivered'\".",
    "rule": "rule: \"traits.device = 'mobile'\".",
    "day": "day: date.",
    "when": "when: \"event = 'Checkout Started'\", or channel: store, for all that happens there.",
    "segment": "segment: \"count(event = 'Coupon Used') >= 2\".",
    "key": "key: order_id.",
    "channel": "channel: ads.",
}


def path_of(where: Where) -> str:
    """stages.awareness.enter; lists count from 1."""
    out = ""
    for part in where:
        out += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if out else part
    return out


def _in(where: Where) -> str:
    return f" in {path_of(where)}" if where else ""


def _fields_at(model: type[BaseModel], loc: Sequence[int | str]) -> list[str]:
    """The fields of the model that stands at `loc` within `model`."""
    at: Any = model
    for part in loc:
        if isinstance(at, type) and issubclass(at, BaseModel) and isinstance(part, str):
            info = at.model_fields.get(part)
            at = info.annotation if info else None
        elif get_origin(at) in (dict, tuple, list):
            at = next((a for a in reversed(get_args(at)) if a is not Ellipsis), None)
        at = _unwrapped(at)
    return list(at.model_fields) if isinstance(at, type) and issubclass(at, BaseModel) else []


def _unwrapped(at: Any) -> Any:
    while get_origin(at) in (Annotated, Union, UnionType):
        at = next((a for a in get_args(at) if a is not type(None)), None)
    return at


def digest(
    value: object,
    without: Iterable[str],
    say: Callable[[object], str | None],
    where_set: Iterable[str] = (),
) -> str:
    """Twelve hex digits over everything in `value` but the fields named in `without`.

    say: text for a leaf that is neither a model nor a container; None for the usual text.
    where_set: fields that count only where they are not what they are unset: a field that a later version adds
    changes no digest of those who do not use it.
    """
    skip, later = frozenset(without), frozenset(where_set)

    def counts(one: BaseModel, name: str) -> bool:
        unset = name in later and getattr(one, name) == type(one).model_fields[name].get_default()
        return name not in skip and not unset

    def text(one: object) -> str:
        said = say(one)
        if said is not None:
            return said
        if isinstance(one, BaseModel):
            fields = (f for f in type(one).model_fields if counts(one, f))
            return "{" + ",".join(f"{f}:{text(getattr(one, f))}" for f in fields) + "}"
        if isinstance(one, Mapping):
            return "{" + ",".join(f"{k!r}:{text(v)}" for k, v in one.items()) + "}"
        if isinstance(one, tuple | list):
            return "[" + ",".join(text(v) for v in one) + "]"
        return repr(one)

    return sha256(text(value).encode()).hexdigest()[:12]
