"""Every check that `doctor` makes, as data: its stable code, its title, and the question that it asks.

docs/reference/doctor.md tells each of them; a test fails where one is missing there, or has nobody who makes it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """code: stable. theme: what it looks at. asks: the question, as a sentence."""

    code: str
    theme: str
    title: str
    asks: str


CHECKS: tuple[Check, ...] = (
    # times
    Check("time_zone", "times", "Another time zone", "Are customers of a source active at night?"),
    Check("sources_shifted", "times", "Sources shifted", "Do two sources tell of the same acts, whole hours apart?"),
    Check("skipped_hour", "times", "Times that do not exist", "Are times in the hour that clocks skip in spring?"),
    Check("epoch_unit", "times", "Seconds read as milliseconds", "Does a whole source lie in January 1970?"),
    Check("default_date", "times", "Default dates", "Are events on days that mean “no date”: 1970-01-01, 1900-01-01?"),
    Check("future", "times", "Future dates", "Are events later than the moment at which they were read?"),
    Check("clock_skew", "times", "Clock skew", "Did events happen after they were sent?"),
    Check("no_time_of_day", "times", "Dates in a source with times", "Do many events stand at exactly midnight?"),
    # customers
    Check("nobody", "customers", "Events of nobody", "How many events name no customer, by source?"),
    Check("shared_identifier", "customers", "Shared identifiers", "Does one value stand for many: test@, unknown, 0?"),
    Check("one_customer", "customers", "One customer with all", "Does one customer have a large share of all events?"),
    Check("bots", "customers", "Bots", "Does a customer act faster or more evenly than a person can?"),
    Check("identity_coverage", "customers", "Identity by stage", "In which stages are customers anonymous?"),
    # events
    Check("doubled", "events", "Doubled events", "Is the same thing told twice, by two sources or under two keys?"),
    Check("other_currency", "events", "Other currencies", "Are values in another currency, and so in no sum?"),
    Check("score_scale", "events", "Scores out of scale", "Do scores fit the scale that is declared?"),
    # rules
    Check("stage_not_entered", "rules", "A stage that nobody enters", "Does anybody enter each stage?"),
    Check("stage_skipped", "rules", "A stage that everybody skips", "Do nearly all jump over a stage?"),
    Check("rule_matches_nothing", "rules", "A rule that matches nothing", "Does every rule match something?"),
    Check("unknown_property", "rules", "A rule on what no source has", "Is every column of a rule in some source?"),
    Check("unknown_value", "rules", "A name that never comes", "Is a name in a rule spelt otherwise in the data?"),
    Check("overlap", "rules", "Overlapping touchpoints", "Do two touchpoints match the same event?"),
    Check("promise_ends", "rules", "Promises that never end", "Does each promise end, and after its start?"),
    Check("lapse_after", "rules", "Lapses and silences", "Is lapse_after like the silences that customers end?"),
    # sources
    Check("sources_end", "sources", "Sources that end early", "Does one old source hold back what is known?"),
    Check("sources_begin", "sources", "Sources that begin late", "Does a stage's only source begin after the others?"),
    Check("rejects", "sources", "Records set aside", "How many records of each source were set aside, and why?"),
    Check("empty_source", "sources", "A source without events", "Does each declared source hold anything?"),
    Check("not_loaded", "sources", "Changed since the load", "Is what was loaded what sources.yaml says now?"),
    Check("unused_columns", "sources", "Columns that nothing reads", "Are columns filled that no rule uses?"),
    Check("guesses", "sources", "Guesses not confirmed", "Which guesses of `init` has nobody confirmed?"),
)  # fmt: skip

BY_CODE = {check.code: check for check in CHECKS}
THEMES = tuple(dict.fromkeys(check.theme for check in CHECKS))
