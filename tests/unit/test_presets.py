"""What every preset holds to: it reads with few columns and with all, names what it knows, and is documented."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from desirepath.collect.guess.shapes import ColumnProfile, FileProfile
from desirepath.collect.presets.catalogue import Preset, preset, presets, text_of
from desirepath.collect.presets.fill import columns_named, fill, reading_lines
from desirepath.collect.presets.recognise import fitted, nearest_to, recognise
from desirepath.collect.read_sources import read_sources
from desirepath.collect.row_sql import columns_read, merged
from desirepath.collect.sources import Source
from desirepath.core.errors import NotFound, SourceError
from desirepath.journey.draft.stages import Role

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "presets.md").read_text("utf-8")
EVERY = pytest.mark.parametrize("one", presets().values(), ids=lambda one: one.name)


def column(name: str, values: tuple[str, ...] = ("x",)) -> ColumnProfile:
    return ColumnProfile(name, 30, len(values), len(values), tuple((v, 1) for v in values), values)


def file(*columns: ColumnProfile) -> FileProfile:
    return FileProfile("export", ("export.csv",), 30, columns)


def source(one: Preset, profile: FileProfile, best: bool = True) -> Source:
    """The entry that is written for such a file, read back."""
    names = [c.name for c in profile.columns]
    text = fill(fitted(one, names, "export.csv"), profile, "export", ["files: export.csv"], best=best).text
    assert "#!" not in text and "question}" not in text
    (made,) = read_sources(f"sources:\n{text}", {}).sources
    return made


QUESTIONS = (
    column("How likely are you to recommend us?", tuple(str(n) for n in range(11))),
    column("And why, in your own words?", ("They were very kind to me", "It came late, and was wet")),
    column("Where did you hear of us?", ("a friend", "the radio")),
    column("Your address", ("ana@mail.example", "bo@mail.example")),
)


@EVERY
@pytest.mark.parametrize("best", [True, False])
@pytest.mark.parametrize("much", ["must", "all", "spelled"])
def test_a_preset_reads_with_the_least_columns_and_with_all(one: Preset, best: bool, much: str) -> None:
    names = {"must": one.must, "all": one.columns}.get(much) or tuple(
        one.spelled.get(name, (name,))[0] for name in one.columns
    )
    made = source(one, file(*map(column, names), *(QUESTIONS if one.asks else ())), best)
    known = {*names, *(c.name for c in QUESTIONS)}
    assert set(columns_read(made)) <= known
    assert made.common.identifiers, "who it was stands beside all events"
    named = {
        v
        for event in merged(made)
        for field in [event.event]
        if field
        for v in [field.value, *field.map.values()]
    }
    assert {name for name in named if name} <= set(one.roles)
    if much == "all" and best:
        unread = set(one.columns) - set(columns_read(made))
        assert unread <= UNREAD.get(one.name, set()), "a column that nothing reads is not listed"


# Columns that only tell one export from another, or say what is left out.
UNREAD = {
    "shopify-orders": {"Id", "Billing Country"},
    "hubspot-contacts": {"First Name", "Last Name", "Job Title"},
    "hubspot-deals": {"Deal owner", "Original Traffic Source"},
    "stripe-payments": {"Captured", "Seller Message"},
    "typeform-answers": {"Network ID", "Stage Date (UTC)", "Tags", "Ending"},
    "surveymonkey-answers": {"IP Address", "First Name", "Last Name"},
    "delighted-responses": {"Person ID"},
    "zendesk-tickets-json": {"ticket.requester_id"},
}


@EVERY
def test_what_a_preset_says_can_be_meant(one: Preset) -> None:
    assert set(one.roles.values()) <= set(get_args(Role))
    assert set(one.spelled) <= set(one.columns)
    assert len(one.must) >= 4, "fewer columns would fit the files of others"
    assert not set(one.must) & set(one.may)
    assert all(p.opens in one.roles and p.closes in one.roles for p in one.promises)
    assert recognise(one.columns) is not None and recognise(one.must) is not None
    assert len(text_of(one.name).splitlines()) < 140
    for line in one.source.splitlines():
        marked = re.search(r"#! (?:with|without) (.+)$", line)
        assert marked is None or marked[1].strip() in one.may, line


@EVERY
def test_the_export_of_a_tool_is_not_taken_for_that_of_another(one: Preset) -> None:
    found = recognise(one.columns)
    assert found is not None and found.preset.name == one.name


@EVERY
def test_a_preset_is_on_its_page_and_names_its_source(one: Preset) -> None:
    _, _, rest = PAGE.partition(f"\n## {one.name}\n")
    section = rest.partition("\n## ")[0]
    assert rest, "every preset has a section"
    assert one.layout in section and one.export in section
    assert all(f"`{name}`" in section for name in (*one.must, *one.roles))


def test_the_page_knows_no_other_presets():
    assert re.findall(r"^## ([\w-]+)$", PAGE, re.MULTILINE) == list(presets())


def test_blanks_and_letters_case_do_not_matter():
    names = [name.upper().replace(" ", "_") for name in preset("shopify-orders").must]
    found = recognise(names)
    assert found is not None and found.preset.name == "shopify-orders"
    made = source(found.preset, file(*map(column, names)))
    assert made.events[0].time is not None and made.events[0].time.column == "CREATED_AT"


def test_a_column_that_could_not_be_written_is_not_there():
    names = [*preset("reviews").must[:-1], 'Product "handle": {x}']
    assert recognise(names) is None
    with pytest.raises(SourceError, match='no "Reviewed product"'):
        fitted(preset("reviews"), names, "reviews.csv")


def test_the_nearest_preset_is_the_one_that_misses_least():
    near = nearest_to(["Id", "Requester ID", "Requester email", "Estado", "Via", "Created at", "Updated at"])
    assert near is not None and (near.preset.name, near.missing) == ("zendesk-tickets", ("Status",))
    assert nearest_to(["id", "name", "price"]) is None
    assert nearest_to([]) is None


def test_questions_are_found_among_the_other_columns():
    one = preset("typeform-answers")
    made = source(one, file(*map(column, one.must), *QUESTIONS))
    answered = made.events[1]
    assert answered.score is not None and (answered.score.kind, answered.score.high) == ("nps", 10)
    assert answered.text is not None and answered.text.column == "And why, in your own words?"
    assert [field.column for field in answered.properties.values()] == ["Where did you hear of us?"]
    assert made.common.identifiers["email"].column == "Your address"
    assert list(source(one, file(*map(column, one.must))).common.identifiers) == ["response_id"]


def test_a_line_names_the_longest_column():
    columns = ("Amount", "Amount Refunded", "id")
    assert columns_named("value: Amount Refunded  # Amount", columns) == ["Amount Refunded"]
    assert columns_named('key: "id"', columns) == ["id"]
    assert columns_named("id: 5", columns) == [], "a key is no column"
    assert columns_named("email: {email question}", ("email",)) == []


def test_how_a_file_is_read_is_said_where_it_must_be():
    assert reading_lines(["a b.csv"], {"header_rows": "2", "sheet": "no"}) == [
        "files: a b.csv",
        "header_rows: 2",
        'sheet: "no"',
    ]


def test_a_preset_that_is_not_there_names_the_nearest():
    with pytest.raises(NotFound) as caught:
        preset("shopify_orders")
    assert caught.value.hint.startswith('Did you mean "shopify-orders"?')
