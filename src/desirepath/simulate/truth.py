"""What is known of a made shop and of no real one: who is who, what was written, what is true.

`Truth` is saved as truth/truth.json beside the exports; who is who is a file of its own, truth/identities.csv,
since a large shop has many identifiers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from desirepath.simulate.effects import Effect


@dataclass(frozen=True)
class Truth:
    """folder: the workspace. customers: people who came by themselves; friends: those sent by customers.

    events: source → name → how many distinct good events; doubled: source → lines that stand twice;
    broken: source → kind → lines no loader can use; notes: other counts (crawler events, test orders …).
    release, depot_opening: the first days of the payment page's fault and of the slow depot.
    spend: cents by network.
    """

    folder: str
    seed: int
    until: str
    months: int
    customers: int
    friends: int
    orders: int
    events: dict[str, dict[str, int]]
    records: dict[str, int]
    doubled: dict[str, int]
    broken: dict[str, dict[str, int]]
    notes: dict[str, int]
    release: str
    depot_opening: str
    spend: dict[str, int]
    effects: dict[str, Effect] = field(default_factory=dict)

    def identities(self) -> Iterator[tuple[str, str, int]]:
        """(kind, value, person) of every identifier that belongs to one person, normalised."""
        with (Path(self.folder) / "truth" / "identities.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield row["kind"], row["value"], int(row["person"])

    def save(self) -> None:
        """Writes truth/truth.json, without the folder, so that the same shop has the same bytes anywhere."""
        data = asdict(self)
        del data["folder"]
        for name, effect in self.effects.items():
            data["effects"][name]["value"] = effect.value
        path = Path(self.folder) / "truth" / "truth.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def read_truth(folder: Path | str) -> Truth:
    """The Truth that make_shop left in a workspace."""
    data = json.loads((Path(folder) / "truth" / "truth.json").read_text(encoding="utf-8"))
    effects = data.pop("effects")
    for effect in effects.values():
        del effect["value"]
    return Truth(folder=str(folder), **data, effects={name: Effect(**e) for name, e in effects.items()})
