"""Answers as tables and maps: what the library gives back, for Arrow, pandas, Polars, JSON, files and notebooks."""

from __future__ import annotations

import html
import importlib.util
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from desirepath.core.errors import DesirepathError, NotFound
from desirepath.journey_map.document import MapDocument

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

_SHOWN = 50  # rows in a notebook: more is a file's business


class MissingExtra(DesirepathError):
    """An optional library is not installed."""

    code = "missing_extra"


class ArrowRows(Sequence[tuple[Any, ...]]):
    """The rows of an Arrow table, made when they are looked at: there may be millions."""

    def __init__(self, table: pyarrow.Table) -> None:
        self.table = table

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @overload
    def __getitem__(self, at: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, at: slice) -> list[tuple[Any, ...]]: ...
    def __getitem__(self, at: int | slice) -> tuple[Any, ...] | list[tuple[Any, ...]]:
        if isinstance(at, int):
            place = at + len(self) if at < 0 else at
            if not 0 <= place < len(self):
                raise IndexError(at)
            return tuple(column[place].as_py() for column in self.table.columns)
        start, stop, step = at.indices(len(self))
        part = (
            self.table.slice(start, max(0, stop - start))
            if step == 1
            else self.table.take(list(range(start, stop, step)))
        )
        return list(zip(*(column.to_pylist() for column in part.columns), strict=True))

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for batch in self.table.to_batches(max_chunksize=10_000):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


@dataclass(frozen=True)
class Table:
    """Rows of one grain with named columns. `grain` says what a row is; `contract` what the numbers mean.

    kinds: what a column holds (str, int, float, bool, datetime), so that its Arrow type does not hang on the rows;
    columns without one are typed by their values. None stands for what is missing, in every column.
    units: what the numbers of a column are: share (0 … 1), points (differences of shares), duration (µs), money (minor
    units of the journey's currency), score. An estimate called `rate` has its ends in `rate_low` and `rate_high`, and
    its n in `rate_n`.
    """

    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]
    grain: str
    contract: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, type] = field(default_factory=dict, repr=False)
    units: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def of_arrow(cls, table: pyarrow.Table, grain: str, contract: Mapping[str, str]) -> Table:
        """A table of many rows."""
        return cls(tuple(table.column_names), ArrowRows(table), grain, contract)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def column(self, name: str) -> list[Any]:
        """One column's values. Raises KeyError that lists the columns."""
        if name not in self.columns:
            raise KeyError(f"no column {name!r}; columns: {', '.join(self.columns)}")
        if isinstance(self.rows, ArrowRows):
            found: list[Any] = self.rows.table[name].to_pylist()
            return found
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def to_dicts(self) -> list[dict[str, Any]]:
        """A dict a row."""
        return list(self)

    def to_arrow(self) -> pyarrow.Table:
        """A pyarrow.Table; the grain and the contract are its metadata."""
        if isinstance(self.rows, ArrowRows):
            table = self.rows.table
        else:
            import pyarrow

            table = pyarrow.table({name: self._arrow(name) for name in self.columns})
        meta = {"grain": self.grain, **self.contract}
        return table.replace_schema_metadata({k.encode(): str(v).encode() for k, v in meta.items()})

    def _arrow(self, name: str) -> pyarrow.Array:
        import pyarrow as pa

        values, kind = self.column(name), self.kinds.get(name)
        if kind is datetime:
            some = next((value for value in values if value is not None), None)
            zone = None if some is None or some.tzinfo is None else str(some.tzinfo)
            return pa.array(values, pa.timestamp("us", zone))
        types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
        return pa.array(values, types.get(kind) if kind else None)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas.DataFrame. Raises MissingExtra where pandas is not installed."""
        # Arrow's own message would not name the extra.
        if importlib.util.find_spec("pandas") is None:
            raise _missing("pandas")
        frame: pandas.DataFrame = self.to_arrow().to_pandas()
        return frame

    def to_polars(self) -> polars.DataFrame:
        """A polars.DataFrame. Raises MissingExtra where Polars is not installed."""
        if importlib.util.find_spec("polars") is None:
            raise _missing("polars")
        import polars

        frame = polars.from_arrow(self.to_arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame

    def write(self, path: str | PathLike[str]) -> Path:
        """Write the table as a file, in the format that its name asks for: .csv, .jsonl or .parquet.

        The file is replaced as a whole or not at all. Raises NotFound for another ending, WorkspaceError where the
        file cannot be written.
        """
        from desirepath.app.table_files import write_table

        target = Path(path)
        write_table(self.to_arrow(), target)
        return target

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(c)}</th>" for c in self.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(_text(v))}</td>" for v in row) + "</tr>"
            for row in self.rows[:_SHOWN]
        )
        more = f"<p>{len(self.rows) - _SHOWN:,} more rows</p>" if len(self.rows) > _SHOWN else ""
        return (
            f"<table><caption>One row a {html.escape(self.grain)}</caption>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"
        )


class JourneyMap(MapDocument):
    """A map: the whole of it as data (see MapDocument), and the files that it can be written as."""

    __slots__ = ()

    @classmethod
    def of(cls, document: MapDocument) -> JourneyMap:
        """The same document."""
        return cls(**{one.name: getattr(document, one.name) for one in fields(MapDocument)})

    def to(self, format: str, *, theme: str = "auto") -> str:
        """The text of a file: html, svg, md, csv, json or mmd (Mermaid). theme: auto, light or dark, where drawn.

        Raises NotFound for a format that nobody knows, and for one whose files are not text.
        """
        from desirepath.app.map_files import export_map, is_text

        if not is_text(format):
            raise NotFound(
                f"{format} is not text", hint=f"Ask for .to_bytes({format!r}), or .write(...) a file."
            )
        return export_map(self, format, theme).decode()

    def to_bytes(self, format: str, *, theme: str = "auto", width: int | None = None) -> bytes:
        """The bytes of a file in any format: also png, pdf, pptx (PowerPoint) and xlsx (Excel).

        width: px, of a PNG. Raises NotFound for a format that nobody knows.
        """
        from desirepath.app.map_files import export_map

        return export_map(self, format, theme, width)

    def write(
        self,
        path: str | PathLike[str],
        *,
        format: str | None = None,
        theme: str = "auto",
        width: int | None = None,
    ) -> Path:
        """Write the map as a file, in the format that its name asks for unless `format` says otherwise.

        The file is replaced as a whole or not at all. Raises NotFound for a format that nobody knows,
        WorkspaceError where the file cannot be written.
        """
        from desirepath.app.map_files import format_of
        from desirepath.app.whole_files import write_file

        target = Path(path)
        write_file(target, self.to_bytes(format or format_of(target), theme=theme, width=width))
        return target

    def _repr_html_(self) -> str:
        # An image: neither its style nor its names can reach the notebook around it.
        picture = b64encode(self.to("svg").encode()).decode()
        name = html.escape(f"Journey map: {self.title}", quote=True)
        return f'<img alt="{name}" style="max-width:100%" src="data:image/svg+xml;base64,{picture}">'


def _missing(name: str) -> MissingExtra:
    return MissingExtra(f"{name} is not installed", hint=f"Install it with: pip install 'desirepath[{name}]'")


def _text(value: object) -> str:
    return "" if value is None else str(value)
