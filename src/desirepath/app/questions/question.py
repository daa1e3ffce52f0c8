"""A question as data: what is asked, of whom, of when. The same on the command line, in the library, in a link.

In: fields, checked when it is made. Out: `answer(asking)`, an Answer from one build.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from desirepath.core.errors import DesirepathError, nearest
from desirepath.core.times import spelt_duration

if TYPE_CHECKING:
    from desirepath.app.asking import Asking
    from desirepath.app.questions.answer import Answer

A = TypeVar("A")


class QuestionError(DesirepathError):
    """A question cannot be asked so: a field is wrong, or asks for what the journey does not have."""

    code = "question"


class Question(BaseModel, Generic[A]):
    """What every question has. Equal questions have equal answers, as long as nothing is loaded.

    Raises QuestionError for a field that is not known or does not fit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    name: ClassVar[str]  # the command: "funnel"
    about: ClassVar[str]  # one line, as a question in plain words
    long: ClassVar[bool] = (
        False  # whether its answer can take many seconds, so that it should tell how far it is
    )
    examples: ClassVar[tuple[str, ...]] = ()  # what may follow `desirepath ask`, for the command's help

    segment: str | None = Field(default=None, description="Only this segment or persona, as it was at entry.")
    since: str | None = Field(
        default=None,
        description="Only what was entered on or after this date (2026-01-31), in the journey's time zone.",
    )
    until: str | None = Field(default=None, description="Only what was entered before this date.")

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise _refused(type(self), error.errors()) from None

    @abstractmethod
    def answer(self, asking: Asking) -> Answer[A]:
        """The answer from one build. Raises QuestionError, NotFound, RuleError or PeriodError."""

    def given(self) -> dict[str, Any]:
        """The fields that differ from their defaults, as plain data: what a link or a script has to say.

        `type(question)(**question.given())` is the same question.
        """
        plain: dict[str, Any] = _plain(self.model_dump(exclude_defaults=True))
        return plain


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return spelt_duration(value)
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _refused(kind: type[Question[Any]], errors: list[ErrorDetails]) -> QuestionError:
    """Every mistake in our words; the fields in question stand in `facts`."""
    said, hints, at = [], [], []
    for one in errors:
        name = ".".join(str(part) for part in one["loc"]) or kind.name
        at.append(name)
        message, hint = _words(kind, name, one)
        said.append(message)
        hints.append(hint)
    return QuestionError(
        "; ".join(dict.fromkeys(said)), hint=" ".join(dict.fromkeys(h for h in hints if h)), fields=at
    )


def _words(kind: type[Question[Any]], name: str, error: ErrorDetails) -> tuple[str, str]:
    context = error.get("ctx") or {}
    if error["type"] == "extra_forbidden":
        return f'{kind.name} has no "{name}"', nearest(name, kind.model_fields, "It has")
    if error["type"] == "missing":
        return f"{kind.name} needs {name}", kind.model_fields[name].description or ""
    if error["type"] == "refused":
        mistakes = context["mistakes"]
        return f"{name}: {mistakes[0][0]}", str(mistakes[0][1])
    if error["type"] == "literal_error":
        allowed = [word.strip(" '") for word in str(context["expected"]).replace(" or ", ",").split(",")]
        return f'{name} cannot be "{error["input"]}"', nearest(str(error["input"]), allowed, "It can be")
    if error["type"] == "value_error":
        message, _, hint = str(error["msg"]).removeprefix("Value error, ").partition("\n")
        return f"{name}: {message}" if error["loc"] else message, hint
    return f"{name}: {error['msg'][:1].lower()}{error['msg'][1:]}", ""
