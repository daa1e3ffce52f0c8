"""What a question was answered: the measure's own answer, sentences, tables, and who is behind each count."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from desirepath.app.results import Table
from desirepath.core.errors import NotFound, nearest
from desirepath.measure.answers import Contract

if TYPE_CHECKING:
    import numpy as np
    import polars
    import pyarrow
    from numpy.typing import NDArray
    from pandas import DataFrame

    from desirepath.app.asking import Asked
    from desirepath.app.questions.question import Question

A = TypeVar("A")
Codes = Callable[[], "NDArray[np.int64]"]


@dataclass(frozen=True, kw_only=True)
class Answer(Generic[A]):
    """One question's answer.

    result: as the measure gives it, with all its numbers. says: sentences; the first is the answer, with its n and
    interval. tables: by name, the main one first. lists: the counts whose customers can be named.
    """

    question: Question[A]
    result: A
    contract: Contract
    says: tuple[str, ...]
    tables: Mapping[str, Table]
    asked: Asked
    codes: Mapping[str, Codes] = field(default_factory=dict, repr=False)
    ids: Callable[[NDArray[np.int64]], Any] | None = field(default=None, repr=False)

    @property
    def table(self) -> Table:
        """The main table."""
        return next(iter(self.tables.values()))

    def table_named(self, name: str) -> Table:
        """One of the tables. Raises NotFound."""
        if name not in self.tables:
            raise NotFound(
                f'there is no table "{name}"', hint=nearest(name, self.tables, "Tables"), table=name
            )
        return self.tables[name]

    @property
    def lists(self) -> tuple[str, ...]:
        """The counts whose customers `members` can name."""
        return tuple(self.codes)

    def members(self, count: str) -> Table:
        """The customers behind a count, each once. Raises NotFound."""
        import pyarrow as pa

        if count not in self.codes or self.ids is None:
            raise NotFound(
                f'there is no list "{count}"', hint=nearest(count, self.codes, "Lists"), list=count
            )
        table = pa.table({"customer": self.ids(self.codes[count]())})
        return Table.of_arrow(table, "customer", {"count": f"{count} of {self.question.name}"})

    def as_dict(self) -> dict[str, object]:
        """Plain data. Durations and instants are µs, money is in minor units of the currency."""
        return {
            "question": {"name": self.question.name, **self.question.given()},
            "says": self.says,
            "contract": self.contract,
            "asked": self.asked,
            "tables": {name: table.to_dicts() for name, table in self.tables.items()},
            "lists": self.lists,
        }

    def to_arrow(self) -> pyarrow.Table:
        """The main table as a pyarrow.Table."""
        return self.table.to_arrow()

    def to_pandas(self) -> DataFrame:
        """The main table as a pandas.DataFrame."""
        return self.table.to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """The main table as a polars.DataFrame."""
        return self.table.to_polars()

    def _repr_html_(self) -> str:
        return self.table._repr_html_()

    def __str__(self) -> str:
        return "\n".join(self.says)
