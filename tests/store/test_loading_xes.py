"""Event logs in XES: what a row is, what is left out, and files that would do harm."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from desirepath.app.load import LoadFailed
from desirepath.collect.raw import MAX_COLUMNS
from desirepath.core.errors import SourceError
from desirepath.sources.files.unpack import Bounds
from desirepath.sources.files.xes import read_xes
from desirepath.sources.files.xml_rows import MOST_HELD
from tests.loaded import Loaded

LOG = """
sources:
  log:
    files: log.xes
    time: "time:timestamp"
    event: {column: "concept:name"}
    identifiers: {case_id: "case:concept:name"}
    properties: rest
"""
SPACE = ' xmlns="http://www.xes-standard.org/"'


def event(name: str, time: str = "2024-01-01T10:00:00.000+01:00", more: str = "") -> str:
    said = f'<string key="concept:name" value="{name}"/><date key="time:timestamp" value="{time}"/>'
    return f"<event>{said}{more}</event>"


def trace(case: str, *events: str, more: str = "") -> str:
    return f'<trace><string key="concept:name" value="{case}"/>{more}{"".join(events)}</trace>'


def log(*traces: str, head: str = "", space: str = SPACE) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<log{space}>{head}\n' + "\n".join(traces) + "\n</log>\n"


def loaded(folder: Path, content: str | bytes) -> Loaded:
    shop = Loaded(folder, LOG)
    shop.write("log.xes", content)
    return shop


def refused(folder: Path, content: str | bytes) -> str:
    with pytest.raises(LoadFailed) as failed:
        loaded(folder, content).load()
    return str(failed.value)


@pytest.mark.parametrize("space", [SPACE, ""])
def test_each_event_is_a_row_with_what_its_case_is_like(tmp_path: Path, space: str) -> None:
    amount = '<int key="AMOUNT" value="500"/>'
    shop = loaded(
        tmp_path,
        log(
            trace("ana", event("Applied"), event("Approved", "2024-01-02T10:00:00Z"), more=amount),
            trace("ben", event("Applied", more='<boolean key="online" value="true"/>')),
            space=space,
        ),
    )
    assert shop.load().events == 3
    assert shop.column('("id.case_id", event, CAST(time AS VARCHAR))') == [
        ("ana", "Applied", "2024-01-01 09:00:00"),
        ("ana", "Approved", "2024-01-02 10:00:00"),
        ("ben", "Applied", "2024-01-01 09:00:00"),
    ]
    assert shop.column('"properties.case:AMOUNT"') == [500, 500, None]
    assert shop.column('"properties.online"') == [None, None, True]


def test_global_values_are_no_facts_and_classifiers_are_passed_over(tmp_path: Path) -> None:
    head = (
        '<global scope="event"><string key="org:resource" value="UNKNOWN"/></global>'
        '<classifier name="a" keys="concept:name"/><string key="of the log" value="x"/>'
    )
    shop = loaded(
        tmp_path,
        log(trace("ana", event("A"), event("B", more='<string key="org:resource" value="r"/>')), head=head),
    )
    shop.load()
    assert shop.column('"properties.org:resource"') == [None, "r"]


def test_nested_attributes_have_points_and_lists_are_one_text(tmp_path: Path) -> None:
    nested = '<string key="cost" value="12"><string key="unit" value="h"/></string>'
    listed = '<list key="tags"><values><string key="t" value="a"/><string key="t" value="b"/></values></list>'
    shop = loaded(tmp_path, log(trace("ana", event("A", more=nested + listed))))
    shop.load()
    assert shop.column('("properties.cost", "properties.cost.unit", "properties.tags")') == [
        (12, "h", '["a", "b"]')
    ]


def test_what_stands_behind_the_events_of_a_case_is_of_the_case_too(tmp_path: Path) -> None:
    text = log(f'<trace>{event("A")}<string key="concept:name" value="ana"/></trace>')
    shop = loaded(tmp_path, text)
    assert shop.load().events == 1
    assert shop.column('"id.case_id"') == ["ana"]


def test_a_reject_names_the_line_of_its_event(tmp_path: Path) -> None:
    shop = loaded(
        tmp_path, log(trace("ana", event("A")), trace("ben", event("B", "soon")), trace("eva", event("C")))
    )
    assert shop.load().events == 2
    assert shop.reasons() == [(4, "time_unreadable")]


def test_a_packed_log_a_case_without_events_and_an_empty_log(tmp_path: Path) -> None:
    shop = Loaded(tmp_path, LOG.replace("log.xes", "'*.xes.gz'"))
    shop.write("a.xes.gz", gzip.compress(log(trace("ana", event("A")), trace("ben")).encode()))
    shop.write("b.xes.gz", gzip.compress(log().encode()))
    summary = shop.load()
    assert summary.events == 1
    assert summary.sources[0].notes == ["a.xes.gz: cases without events, which have no rows: 1"]
    assert shop.load().sources[0].parts_unchanged == 2


def test_many_rows_keep_their_order_and_late_columns_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desirepath.sources.files.xml_rows._ROWS", 7)
    events = [event(f"E{n}", more=f'<int key="n{n // 20}" value="{n}"/>') for n in range(50)]
    shop = loaded(tmp_path, log(trace("ana", *events)))
    shop.load()
    assert shop.column("event") == [f"E{n}" for n in range(50)]
    assert shop.column('coalesce("properties.n0", "properties.n1", "properties.n2")') == list(range(50))


# ---- files that would do harm ------------------------------------------------------------------------

LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {b} "{("&" + a + ";") * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + ']><log><trace><event><string key="concept:name" value="&i;"/></event></trace></log>'
)


@pytest.mark.parametrize(
    "content",
    [
        LAUGHS,
        '<!DOCTYPE log [<!ENTITY x SYSTEM "file:///etc/passwd">]><log>&x;</log>',
        '<!DOCTYPE log SYSTEM "http://127.0.0.1:1/x.dtd"><log/>',
    ],
)
def test_declarations_are_refused(tmp_path: Path, content: str) -> None:
    said = refused(tmp_path, content)
    assert "DOCTYPE" in said or "cannot be read" in said
    assert "root:" not in said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cannot be read"),
        ("ts,event\n1,2\n", "log.xes:1: the XML cannot be read"),
        ("<html><body/></html>", "its root is <html>, not <log>"),
        (log(trace("ana", event("A")))[:-30], "Is it complete"),
        ("<log>" + "<a>" * 5_000, "more than 256 deep"),
        (log(trace("ana", event("A" * 11_000_000))), "10 MB"),
    ],
)
def test_what_is_no_readable_log_is_told_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    assert said in refused(tmp_path, content)


def test_too_many_different_attributes_are_refused(tmp_path: Path) -> None:
    many = "".join(f'<int key="k{n}" value="1"/>' for n in range(MAX_COLUMNS + 5))
    assert f"more than {MAX_COLUMNS:,} different attributes" in refused(
        tmp_path, log(trace("ana", event("A", more=many)))
    )


def test_a_log_that_never_comes_to_an_event_is_given_up(tmp_path: Path) -> None:
    junk = [b"<log>", *([b'<x key="a" value="b"/>' * 10_000] * 80)]
    assert sum(map(len, junk)) > MOST_HELD
    with pytest.raises(SourceError, match="nothing ends within 16 MB"):
        read_xes(junk, tmp_path, "x", "junk.xes")


def test_a_packed_log_that_inflates_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small = Bounds(ratio=20, ratio_from=100_000)
    monkeypatch.setattr("desirepath.app.load.FileReader", _reader(small))
    shop = Loaded(tmp_path, LOG.replace("log.xes", "log.xes.gz"))
    shop.write("log.xes.gz", gzip.compress(log(*[trace("ana", event("A"))] * 20_000).encode()))
    with pytest.raises(LoadFailed, match="it grows beyond"):
        shop.load()


def _reader(bounds: Bounds):  # type: ignore[no-untyped-def]
    from desirepath.sources.files.prepare import FileReader

    return lambda temporary: FileReader(temporary, bounds)
