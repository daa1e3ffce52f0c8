"""One field of sources.yaml as SQL of text, over the columns of a staged part."""

from __future__ import annotations

from dataclasses import dataclass

from desirepath.collect.expression import Column, Rule, as_kind, quote_text
from desirepath.collect.raw import RawColumns
from desirepath.collect.sources import Field

NOTHING = "CAST(NULL AS VARCHAR)"
_UNKNOWN = "('null', 'None', 'none', 'nan', 'NaN', 'N/A', 'n/a', 'NA', '#N/A', '-', '–')"


def known(text: str) -> str:
    """SQL of a number's or a time's text, NULL where it only says that there is none."""
    return f"CASE WHEN {text} NOT IN {_UNKNOWN} THEN {text} END"


@dataclass(frozen=True, slots=True)
class CellSql:
    """Fields and rules over one part's columns."""

    columns: RawColumns
    zone: str = "UTC"  # whose wall clock a rule's times are on

    def number(self, one: Field | None) -> str:
        """The same of a field that is a number or a time: what people write for "not known" is empty."""
        return known(self.text(one)) if one is not None else NOTHING

    def text(self, one: Field | None) -> str:
        """A field's trimmed text; NULL where it is empty or there is no field."""
        if one is None:
            return NOTHING
        if one.value is not None:
            raw = quote_text(one.value)
        elif one.sql is not None:
            raw = f"nullif(trim(CAST(TRY({one.sql.sql(self._column)}) AS VARCHAR)), '')"
        else:
            assert one.column is not None
            raw = self.columns.text(one.column)
        if not one.map:
            return raw
        cases = " ".join(f"WHEN {quote_text(old)} THEN {quote_text(new)}" for old, new in one.map.items())
        return f"nullif(CASE {raw} {cases} ELSE {raw} END, '')"

    def rule(self, rule: Rule | None) -> str:
        """A rule over the row; no rule is always met."""
        return "true" if rule is None else f"coalesce(TRY({rule.sql(self._column)}), false)"

    def _column(self, column: Column) -> str:
        return as_kind(self.columns.text(str(column)), "text", column.kind, zone=self.zone)
