"""Makes the sample shop: a workspace with exports that look like real ones, and the truth behind them.

In: a folder, how many customers, a seed, until when, for how many months. Out: journey.yaml, sources.yaml,
map.yaml and exports/ in the folder, later/ (exports that come later), truth/; and a Truth.
Block by block, so that memory does not grow with the shop; the same arguments give the same bytes.
"""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import date, timedelta
from importlib.resources import files as package_files
from pathlib import Path

import numpy as np

from desirepath.core.file_names import JOURNEY, MAP, SOURCES
from desirepath.simulate import people as who
from desirepath.simulate.block import Block, make_block
from desirepath.simulate.chance import Chance
from desirepath.simulate.contacts import Contacts
from desirepath.simulate.desk import Desk
from desirepath.simulate.dirt import Tally
from desirepath.simulate.effects import Effect, true_effects
from desirepath.simulate.export_email import write_email
from desirepath.simulate.export_orders import write_crm, write_orders
from desirepath.simulate.export_voice import write_voice
from desirepath.simulate.export_web import AdBook, write_ads, write_app, write_web
from desirepath.simulate.files import Exports
from desirepath.simulate.pages import anonymous_ids, events, known_from
from desirepath.simulate.render import Bytes, digits, hexadecimal, separated
from desirepath.simulate.seasons import Span
from desirepath.simulate.tables import Table, where
from desirepath.simulate.truth import Truth
from desirepath.simulate.world import World, depot_opening, release

CUSTOMERS = 16_000
SEED = 1802
UNTIL = date(2026, 1, 1)
MONTHS = 18
BLOCK = 40_000  # people at once: about 600,000 events, 400 MB
DEFINITIONS = (JOURNEY, SOURCES, MAP)
_SHIPPED_LAST_DAY = "2025-12-31"  # the `complete_until` of the definitions as they are shipped


def make_shop(
    folder: Path | str,
    *,
    customers: int = CUSTOMERS,
    seed: int = SEED,
    until: date = UNTIL,
    months: int = MONTHS,
    effects: bool = True,
) -> Truth:
    """Writes the workspace of the sample shop and returns what is true of it.

    until: the first day of a month; the exports end before it. months: how long the shop has been open, 6 or more.
    effects: also compute the planted effects, over the people of the first block; costs about as much again
    as living through that block five times.
    An older sample shop in the folder is replaced, together with what was loaded of it.
    Raises ValueError for a span that the model does not cover, FileExistsError where the folder holds exports of
    something else.
    """
    if months < 6 or until.day != 1:
        raise ValueError("the sample shop needs six months or more, and an end on the first of a month")
    home, span, chance = Path(folder), Span(until, months), Chance(seed)
    _make_room(home)
    write_definitions(home, until)
    tally, book, spend = Tally(), AdBook(span), {}
    found: dict[str, Effect] = {}
    friends = orders = 0
    with Exports(home / "exports") as exports:
        for number, first in enumerate(range(0, customers, BLOCK)):
            numbers = np.arange(first, min(first + BLOCK, customers), dtype=np.int64)
            block = make_block(chance, span, World(), numbers, customers + friends)
            _write_block(Desk(
                chance, span, block, known_from(chance, block), Contacts(chance, block.people), exports, tally,
                number, orders,
            ), book)  # fmt: skip
            friends += len(block.people) - len(numbers)
            orders += len(block.orders["paid"])
            if number == 0 and effects:
                found = true_effects(chance, span, numbers, block)
        spend = write_ads(exports, book)
    truth = Truth(
        folder=str(home), seed=seed, until=until.isoformat(), months=months, customers=customers, friends=friends,
        orders=orders, events={s: _plain(c) for s, c in sorted(tally.events.items())}, records=_plain(tally.records),
        doubled=_plain(tally.doubled), broken={s: _plain(c) for s, c in sorted(tally.broken.items())},
        notes=_plain(tally.notes), release=_day(release(span)), depot_opening=_day(depot_opening(span)), spend=spend,
        effects=found,
    )  # fmt: skip
    truth.save()
    return truth


def write_definitions(folder: Path, until: date = UNTIL) -> None:
    """journey.yaml, sources.yaml and map.yaml of the sample shop, whose exports are complete until that day."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in DEFINITIONS:
        text = (package_files("desirepath.simulate") / "shop" / name).read_text(encoding="utf-8")
        text = text.replace(
            f"complete_until: {_SHIPPED_LAST_DAY}", f"complete_until: {until - timedelta(days=1)}"
        )
        (folder / name).write_text(text, encoding="utf-8")


def _make_room(home: Path) -> None:
    """Takes an older sample shop away: its months would be loaded beside those of the new one."""
    exports = home / "exports"
    if not (home / "truth" / "truth.json").is_file() and exports.is_dir() and any(exports.iterdir()):
        raise FileExistsError(f"{exports} holds something else: name a new folder for the sample shop")
    for name in ("exports", "later", "truth", ".desirepath"):
        if (home / name).is_dir():
            shutil.rmtree(home / name)


def _write_block(desk: Desk, book: AdBook) -> None:
    """All exports of one block."""
    seen = events(desk.chance, desk.span, desk.block, desk.known)
    book.add(seen)
    write_web(desk, seen)
    write_app(desk, seen)
    write_orders(desk)
    write_crm(desk)
    write_voice(desk)
    write_email(desk, seen)
    _write_identities(desk, seen)


def _write_identities(desk: Desk, seen: Table) -> None:
    """Every identifier that stands in the exports and belongs to one person."""
    contacts, people = desk.contacts, desk.block.people
    account = np.flatnonzero(desk.known.account < desk.span.end)
    email = np.flatnonzero(contacts.wrote_email)
    phone = np.flatnonzero(contacts.has_phone & contacts.wrote_phone)
    orders = desk.block.orders

    def write(kind: bytes, value: Bytes, of: np.ndarray[tuple[int], np.dtype[np.int64]]) -> None:
        lines = separated(b",", np.full(len(of), kind), value, digits(people.number[of]))
        desk.files.write("../truth/identities.csv", lines, b"kind,value,person")

    for kind, devices in ((b"anonymous_id", (who.DESKTOP, who.MOBILE)), (b"device_id", (who.APP,))):
        own = where(seen, np.isin(seen["device"], devices))
        ids = anonymous_ids(people, own["person"], own["device"], own["time"])
        ids, row = np.unique(ids, return_index=True)
        write(kind, hexadecimal(ids), own["person"][row])
    write(b"user_id", contacts.account[account], account)
    write(b"email", contacts.email[email], email)
    write(b"phone", contacts.international(phone), phone)
    write(b"order_id", desk.order_no[: len(orders["person"])], orders["person"])


def _plain(counter: Counter[str]) -> dict[str, int]:
    return dict(sorted(counter.items()))


def _day(moment: float) -> str:
    return str(np.datetime64(int(moment), "s").astype("M8[D]"))


__all__ = ["Block", "make_shop", "write_definitions"]
