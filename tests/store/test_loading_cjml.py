"""CJML as somebody's tool wrote it: touchpoints become rows, and what is odd in it stops nothing."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from desirepath.core.errors import SourceError
from desirepath.sources.files.cjml import COLUMNS, read_cjml

# As the language's own example has it: the receiver names a company by its name, not by its id.
SAMPLE = """<CJML version="2.0">
  <plannedJourney><journeyID>PJ1</journeyID></plannedJourney>
  <actualJourney>
    <journeyID>AJ1</journeyID>
    <actors>
      <endUser actorID="Ana"><actorName>Ana Example</actorName></endUser>
      <serviceProvider actorID="Shop A"><companyName>Books</companyName></serviceProvider>
    </actors>
    <journeyPhases><journeyPhase phaseID="p1"><phaseName>Joining</phaseName></journeyPhase></journeyPhases>
    <touchpoints>
      <actualCommunicationPoint>
        <touchpointID>TP1</touchpointID>
        <belongsTo phaseIDref="p1"/>
        <initiator><refersTo actorIDref="Ana"/><initiatorLabel>Opens an account</initiatorLabel></initiator>
        <receiver><refersTo actorIDref="Books"/><receiverLabel>Account opened</receiverLabel></receiver>
        <channel><channelName>Web</channelName></channel>
        <timestamps><timeOriginated>2026-01-05T10:00:00Z</timeOriginated></timestamps>
        <touchpointExperience><experienceRating>2</experienceRating></touchpointExperience>
      </actualCommunicationPoint>
      <surprise/>
      <actualAction>
        <touchpointID>TP2</touchpointID>
        <belongsTo phaseIDref="p9"/>
        <initiator><refersTo actorIDref="Nobody"/><initiatorLabel>Packs the parcel</initiatorLabel></initiator>
        <timeStarted>2026-01-06</timeStarted>
      </actualAction>
    </touchpoints>
  </actualJourney>
  <actualJourney><journeyID>AJ2</journeyID></actualJourney>
</CJML>"""


def rows(tmp_path: Path, text: str) -> list[dict[str, str | None]]:
    table = read_cjml([text.encode()], tmp_path, "t", "sample.cjml")
    if not table.files:
        return []
    found = pq.read_table(table.files[0]).to_pylist()
    return [{column: row[f"c{n}"] for n, column in enumerate(COLUMNS)} for row in found]


def test_a_touchpoint_becomes_a_row_with_its_ends_phase_and_time(tmp_path: Path) -> None:
    first, second = rows(tmp_path, SAMPLE)
    assert (first["customer"], first["label"], first["by"], first["channel"]) == (
        "Ana",
        "Opens an account",
        "customer",
        "Web",
    )
    assert (first["receiver"], first["phase_name"], first["time"]) == (
        "Shop A",
        "Joining",
        "2026-01-05T10:00:00Z",
    )
    assert (first["kind"], first["experience_rating"]) == ("communication", "2")
    # References that lead nowhere are kept as they are.
    assert (second["kind"], second["by"], second["initiator"], second["phase_name"]) == (
        "action",
        "business",
        "Nobody",
        "p9",
    )
    assert second["time"] == "2026-01-06"


def test_what_is_no_event_is_counted_and_told(tmp_path: Path) -> None:
    table = read_cjml([SAMPLE.encode()], tmp_path, "t", "sample.cjml")
    assert table.rows == 2
    assert table.notes == (
        "1 planned journeys are no events, and are left out.",
        "1 journeys have no touchpoints, and so no rows.",
    )


def test_a_namespace_and_another_order_change_nothing(tmp_path: Path) -> None:
    actors = SAMPLE[SAMPLE.index("    <actors>") : SAMPLE.index("    <journeyPhases>")]
    turned = SAMPLE.replace(actors, "").replace("    </touchpoints>", f"    </touchpoints>\n{actors}")
    spaced = turned.replace('<CJML version="2.0">', '<CJML xmlns="https://cjml.example/2" version="2.0">')
    (tmp_path / "a").mkdir()
    assert rows(tmp_path / "a", spaced) == rows(tmp_path, SAMPLE)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "cannot be read"),
        ("<CJML><actualJourney>", "cannot be read"),
        ("<log/>", "no CJML: its root is <log>"),
        ('<!DOCTYPE CJML [<!ENTITY a "b">]><CJML>&a;</CJML>', "DOCTYPE"),
        ("<CJML>" + "<a>" * 5000, "cannot be read"),
    ],
)
def test_what_is_no_cjml_is_told(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        read_cjml([text.encode()] if text else [], tmp_path, "t", "sample.cjml")
    assert caught.value.message.startswith("sample.cjml")
