"""What every export is written from: one block, its contacts, its order numbers, the files and the tally."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from desirepath.simulate.block import Block
from desirepath.simulate.chance import Chance, Flags, Floats, Ints
from desirepath.simulate.contacts import Contacts
from desirepath.simulate.dirt import Spoiler, Tally, exported
from desirepath.simulate.files import Exports
from desirepath.simulate.pages import Known
from desirepath.simulate.render import Bytes, digits, glue
from desirepath.simulate.seasons import Span

STAFF_DOMAIN = b"@sampleshop.example"


@dataclass(frozen=True)
class Desk:
    """The writing desk of one block. number: of the block; first_order: the first order's running number."""

    chance: Chance
    span: Span
    block: Block
    known: Known
    contacts: Contacts
    files: Exports
    tally: Tally
    number: int
    first_order: int

    @cached_property
    def order_rows(self) -> Ints:
        """The orders in the order of their making, which is that of their numbers."""
        return np.argsort(self.block.orders["created"], kind="stable")

    @cached_property
    def order_no(self) -> Bytes:
        """The number of each order; an extra row, for −1, is empty."""
        running = np.empty(len(self.order_rows), dtype=np.int64)
        running[self.order_rows] = self.first_order + np.arange(len(running))
        return np.append(glue(b"R", digits(running + 100_000)), b"")

    def known_by(self, moments: Floats) -> Floats:
        """The moments, NaN for those that the exports cannot know of yet."""
        return np.where(moments < self.span.end, moments, np.nan)

    def write(
        self,
        source: str,
        file: str,
        header: bytes,
        lines: list[bytes],
        spoilers: Mapping[str, Spoiler] | None = None,
        *,
        part: int = 0,
        doubles: float = 0.004,
        breaks: float = 0.0008,
    ) -> None:
        """Lines into a file, with the dirt of that source. part tells a source's files apart."""
        salt = self.number * 64 + part
        dirty = exported(self.chance, self.tally, source, lines, salt, spoilers or {}, doubles, breaks)
        self.files.write(file, dirty, header)

    def count(self, source: str, name: str, there: Flags | Floats) -> None:
        """So many events of this name: true flags, or moments that are no NaN."""
        if there.dtype == np.bool_:
            self.tally.event(source, name, int(there.sum()))
        else:
            self.tally.event(source, name, int((~np.isnan(there)).sum()))
