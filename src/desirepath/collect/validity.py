"""What is a valid event? One table of rules, run as SQL over bulk.

A rule is a predicate over the columns of a parsed event (row_sql.py makes them) that is true where something
is wrong. Most rules cost the whole event; some only the field they are about: an order whose amount cannot be
read is still an order. Either way the record is kept with the reason and its raw text.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_EVENT = 200  # characters of an event's name
MAX_TEXT = 65_536  # characters of a verbatim that are kept
MAX_FIELD = 1_000_000  # characters of any one field
MAX_IDENTIFIER = 1_000  # characters; longer texts are no identifiers but a wrong column


@dataclass(frozen=True, slots=True)
class ValidityRule:
    """wrong: SQL, true or false. lost: what it costs, 'event' or the field. detail: SQL of the cause."""

    name: str
    lost: str
    text: str
    wrong: str
    detail: str


def _event(name: str, text: str, wrong: str, detail: str = "NULL") -> ValidityRule:
    return ValidityRule(name, "event", text, wrong, detail)


RULES: tuple[ValidityRule, ...] = (
    _event("nul_character", "it holds a NUL character", "has_nul"),
    _event("field_too_large", f"a field is longer than {MAX_FIELD:,} characters", "too_large"),
    _event("key_missing", "the key of the record is empty", "key_missing"),
    _event("time_missing", "it has no time", "time_text IS NULL"),
    _event(
        "time_unreadable",
        "its time cannot be read",
        "time_text IS NOT NULL AND time IS NULL",
        "time_text",
    ),
    _event(
        "time_out_of_range",
        "its time is before 1970 or after 2261",
        "coalesce(time < TIMESTAMP '1970-01-01' OR time >= TIMESTAMP '2262-01-01', false)",
        "time_text",
    ),
    _event(
        "time_in_future",
        "its time is more than a day ahead",
        "coalesce(time > latest AND time < TIMESTAMP '2262-01-01', false)",
        "time_text",
    ),
    _event("event_missing", "it does not say what happened", "event IS NULL"),
    _event(
        "event_too_long",
        f"the name of the event is longer than {MAX_EVENT} characters",
        f"coalesce(length(event) > {MAX_EVENT}, false)",
        "event",
    ),
    _event("no_identifier", "nothing says who the customer is", "NOT has_identifier"),
    _event(
        "identifier_too_long",
        f"an identifier is longer than {MAX_IDENTIFIER:,} characters",
        "identifier_too_long",
    ),
    _event(
        "by_unknown",
        "who did it is none of customer, business, machine",
        'by_text IS NOT NULL AND "by" IS NULL',
        "by_text",
    ),
    ValidityRule(
        "currency_unknown",
        "value",
        "its currency is unknown",
        "value_text IS NOT NULL AND currency_text IS NOT NULL AND currency IS NULL",
        "currency_text",
    ),
    ValidityRule(
        "value_ambiguous",
        "value",
        "its value can be read in two ways",
        "value_ambiguous",
        "value_text",
    ),
    ValidityRule(
        "value_unreadable",
        "value",
        "its value is no amount",
        "value_text IS NOT NULL AND value IS NULL AND NOT value_ambiguous"
        " AND NOT (currency_text IS NOT NULL AND currency IS NULL)",
        "value_text",
    ),
    ValidityRule(
        "score_unreadable",
        "score",
        "its score is no number",
        "score_text IS NOT NULL AND score IS NULL",
        "score_text",
    ),
    ValidityRule(
        "score_off_scale", "score", "its score is not on its scale", "score_off_scale", "score_text"
    ),
    ValidityRule(
        "text_too_long",
        "text",
        f"its text is longer than {MAX_TEXT:,} characters and was cut",
        f"coalesce(length(text) > {MAX_TEXT}, false)",
        "'of ' || length(text) || ' characters'",
    ),
)

# What a reader of files can find wrong before there are columns, and what the metrics can.
STRUCTURE: dict[str, str] = {
    "too_few_columns": "it has too few columns",
    "too_many_columns": "it has too many columns",
    "unclosed_quote": "a quote is opened and not closed, or stands in the middle of a field",
    "not_utf8": "it is not written in the encoding of its file",
    "line_too_long": "it is longer than a record may be",
    "not_json": "it is not a JSON object",
    "unreadable": "it cannot be taken apart",
    "day_missing": "it has no day",
    "day_unreadable": "its day cannot be read",
    "number_unreadable": "a number cannot be read",
}

REASONS: dict[str, str] = {rule.name: rule.text for rule in RULES} | STRUCTURE
EVENT_RULES = tuple(rule for rule in RULES if rule.lost == "event")
FIELD_RULES = tuple(rule for rule in RULES if rule.lost != "event")
