from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desirepath.collect.guess.yaml import GUESS, Page, flow_list, flow_map, one_line, scalar
from desirepath.core.yaml_lines import read_document

# Whatever a file can hold as UTF-8.
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
hostile = st.sampled_from(
    [
        *"~*&!|>=#@`%'\"\\\t",
        "no",
        "null",
        "",
        " ",
        "a: b",
        "a #b",
        "{x}",
        "[y]",
        "- x",
        "? y",
        "<<",
        "007",
        "1e3",
    ]
) | st.sampled_from(
    ["0x1F", "12:30", "2024-01-01", "a\nb", "\u2028", "\x85", "ä€注", "\ufeffx", "\u202eabc", "x:"]
)
names = texts | hostile


@given(names)
def test_any_text_is_read_back_as_it_was(text: str) -> None:
    page = Page()
    page.line(0, f"key: {scalar(text)}", "guess: a comment")
    page.line(0, f"list: {flow_list([text, text])}")
    page.line(0, f"map: {flow_map({text: text})}", "another")
    page.line(0, f"{scalar(text)}: as a key")
    expected = {"key": text, "list": [text, text], "map": {text: text}, text: "as a key"}
    if text not in (
        "key",
        "list",
        "map",
        "<<",
        "?",
    ):  # the last two mean something in YAML where a key stands
        assert read_document(page.text()).value == expected


@given(names, names)
def test_whatever_is_named_in_a_comment_the_guess_is_found_and_nothing_else_is(
    value: str, reason: str
) -> None:
    page = Page()
    page.guess(1, f"- {scalar(value)}", f"because of {reason}")
    page.line(1, f"- {scalar('guess: ' + value)}")
    page.note(1, f"an aside about {reason}")
    document = read_document(page.text())
    assert document.value == [value, "guess: " + value]
    assert len(document.guesses()) == 1
    assert document.guesses()[0].endswith(one_line(f"because of {reason}"))


def test_comments_of_a_paragraph_stand_in_one_column() -> None:
    page = Page()
    page.guess(0, "time: ts", "short")
    page.guess(0, "identifiers: {email: email}", "longer")
    page.blank()
    page.guess(0, "a: b", "another paragraph")
    assert page.text() == (
        f"time: ts                     # {GUESS}short\nidentifiers: {{email: email}}  # {GUESS}longer\n\n"
        f"a: b  # {GUESS}another paragraph\n"
    )


def test_plain_words_are_not_quoted() -> None:
    plain = ["created_at", "Order ID", "../exports/orders-*.csv", "Währung", "Total €", "07_leads"]
    assert [scalar(one) for one in plain] == plain
    assert scalar("event = 'x'") == "\"event = 'x'\""
