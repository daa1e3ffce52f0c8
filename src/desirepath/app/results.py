"""Answers as tables: what the library gives back, for Arrow, pandas, Polars, JSON and notebooks."""

from __future__ import annotations

import html
import importlib.util
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from desirepath.core.errors import DesirepathError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_SHOWN = 50  # rows in a notebook: more is a file's business


class MissingExtra(DesirepathError):
    """An optional library is not installed."""

    code = "missing_extra"


@dataclass(frozen=True)
class Table:
    """Rows of one grain with named columns. `grain` says what a row is; `contract` what the numbers mean."""

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    grain: str
    contract: Mapping[str, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def column(self, name: str) -> list[Any]:
        """One column's values. Raises KeyError that lists the columns."""
        if name not in self.columns:
            raise KeyError(f"no column {name!r}; columns: {', '.join(self.columns)}")
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def to_dicts(self) -> list[dict[str, Any]]:
        """A dict a row."""
        return list(self)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow.Table; the grain and the contract are its metadata."""
        import pyarrow

        table = pyarrow.table({name: self.column(name) for name in self.columns})
        meta = {"grain": self.grain, **self.contract}
        return table.replace_schema_metadata({k.encode(): str(v).encode() for k, v in meta.items()})

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas.DataFrame. Raises MissingExtra where pandas is not installed."""
        # Arrow's own message would not name the extra.
        if importlib.util.find_spec("pandas") is None:
            raise _missing("pandas")
        frame: pandas.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A polars.DataFrame. Raises MissingExtra where Polars is not installed."""
        try:
            import polars
        except ImportError:
            raise _missing("polars") from None
        frame = polars.from_arrow(self.to_arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(c)}</th>" for c in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_text(v))}</td>" for v in row) + "</tr>"
            for row in self.rows[:_SHOWN]
        )
        more = f"<p>{len(self.rows) - _SHOWN} more rows</p>" if len(self.rows) > _SHOWN else ""
        return (
            f"<table><caption>One row a {html.escape(self.grain)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
        )


def _missing(name: str) -> MissingExtra:
    return MissingExtra(f"{name} is not installed", hint=f"Install it with: pip install 'desirepath[{name}]'")


def _text(value: object) -> str:
    return "" if value is None else str(value)
