"""Makes the golden attribution of made-up paths with ChannelAttribution, in an environment of its own.

    uv venv --python 3.11 oracle
    uv pip install --python oracle/bin/python ChannelAttribution==2.2.5 matplotlib scikit-learn scipy
    oracle/bin/python tests/golden/oracles/channel_attribution/make.py

The paths are ours, drawn with NumPy's default_rng(2016); only the tool's figures on them are kept. Of the data set that
comes with it (Data.csv: GPL, so not kept here) figures are kept, too. Its rules and its transition matrix are exact;
its Markov model is simulated until it varies by less than a hundredth, so its figures are near the truth and no more.
Unless told otherwise it also cuts simulated paths at about the longest real one, which takes credit from loops.
"""
# ruff: noqa: T201

import json
from collections import Counter
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import ChannelAttribution as tool
import numpy as np
import pandas as pd

HERE = Path(__file__).parent
CHANNELS = ("ads", "search", "mail", "social", "store")


def made_up() -> pd.DataFrame:
    """2,000 journeys: channels that follow each other more or less often, and help more or less."""
    draw = np.random.default_rng(2016)
    follows = draw.dirichlet(np.full(len(CHANNELS), 0.8), len(CHANNELS) + 1)
    helps = np.array([0.05, 0.25, 0.3, 0.02, 0.4])
    won: Counter[tuple[int, ...]] = Counter()
    worth: Counter[tuple[int, ...]] = Counter()
    lost: Counter[tuple[int, ...]] = Counter()
    for _ in range(2_000):
        path: list[int] = []
        for _ in range(int(draw.integers(1, 7))):
            path.append(int(draw.choice(len(CHANNELS), p=follows[path[-1] if path else -1])))
        if draw.random() < helps[path].max():
            won[tuple(path)] += 1
            worth[tuple(path)] += int(draw.integers(10, 200))
        else:
            lost[tuple(path)] += 1
    kinds = sorted(won.keys() | lost.keys())
    return pd.DataFrame(
        {
            "path": [" > ".join(CHANNELS[c] for c in kind) for kind in kinds],
            "total_conversions": [won[kind] for kind in kinds],
            "total_conversion_value": [float(worth[kind]) for kind in kinds],
            "total_null": [lost[kind] for kind in kinds],
        }
    )


def told(data: pd.DataFrame) -> dict[str, object]:
    """All that the tool says of some paths."""
    what = {"Data": data, "var_path": "path", "var_conv": "total_conversions", "flg_pro": False}
    rules = tool.heuristic_models(**what, var_value="total_conversion_value").set_index("channel_name")
    steps = tool.transition_matrix(**what, var_null="total_null", order=1, flg_equal=True)
    names = {str(row.id_channel): row.channel_name for row in steps["channels"].itertuples()}
    out: dict[str, object] = {
        "rules": {c: [round(float(v), 6) for v in rules.loc[c]] for c in rules.index},
        "columns": list(rules.columns),
        "transitions": sorted(
            [names.get(row.channel_from, row.channel_from), names.get(row.channel_to, row.channel_to),
             round(float(row.transition_probability), 9)]
            for row in steps["transition_matrix"].itertuples()
        ),
    }  # fmt: skip
    for order in (1, 2):
        found = tool.markov_model(
            **what, var_value="total_conversion_value", var_null="total_null", order=order, out_more=True,
            seed=1953, nsim_start=2_000_000, max_step=1_000, conv_par=0.01, verbose=False,
        )  # fmt: skip
        effects = found["removal_effects"].set_index("channel_name")
        credit = found["result"].set_index("channel_name")
        out[f"removal of order {order}"] = {
            c: [round(float(v), 6) for v in effects.loc[c]] for c in effects.index
        }
        out[f"markov of order {order}"] = {
            c: [round(float(v), 3) for v in credit.loc[c]] for c in credit.index
        }
    return out


def main() -> None:
    data = made_up()
    theirs = pd.read_csv(str(files("cypack") / "data" / "Data.csv"), sep=";")
    journeys = int(theirs["total_conversions"].sum() + theirs["total_null"].sum())
    golden = {
        "tool": f"ChannelAttribution {version('ChannelAttribution')}",
        "paths": data.to_numpy().tolist(),
        "made up": told(data),
        "their data": {
            "journeys": journeys,
            "conversions": int(theirs["total_conversions"].sum()),
            **told(theirs),
        },
    }
    (HERE / "golden.json").write_text(json.dumps(golden, indent=None, separators=(",", ":")) + "\n", "utf-8")
    print(f"{len(data)} paths, {journeys} journeys of theirs")


if __name__ == "__main__":
    main()
