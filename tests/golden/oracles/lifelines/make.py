"""Makes the golden survival of a made-up crowd with lifelines, in an environment of its own.

    uv venv oracle && uv pip install --python oracle/bin/python lifelines==0.30.3
    oracle/bin/python tests/golden/oracles/lifelines/make.py

The crowd is ours, drawn with NumPy's default_rng(1906); only lifelines' figures on it are kept. A customer's story is
(minute of the first ad, what then, how many minutes after it): they look again and lapse 30 days later, or say goodbye;
what we know ends on day 120. No two end after the same time, since lifelines shakes such ties apart by chance.
Kaplan–Meier's band is lifelines' default, exponential Greenwood.
"""
# ruff: noqa: T201

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
from lifelines import AalenJohansenFitter, KaplanMeierFitter

DAY = 1440  # minutes
KNOWN, LAPSE, CUSTOMERS = 120 * DAY, 30 * DAY, 300


def rounded(values: object) -> list[float]:
    return [round(float(v), 10) for v in np.asarray(values, float)]


def main() -> None:
    draw = np.random.default_rng(1906)
    stories, time, cause = [], [], []
    for after in draw.choice(np.arange(1, 29 * DAY), CUSTOMERS, replace=False).tolist():
        goes = "cancel" if draw.random() < 0.35 else "look"
        end = after if goes == "cancel" else after + LAPSE
        lasted = -1
        while lasted < 0 or lasted in time:
            start = int(draw.integers(0, 115 * DAY))
            # Who has not looked yet when knowledge ends is watched like anybody.
            seen = start + end <= KNOWN
            lasted = end if seen else KNOWN - start
        stories.append([start, goes, after])
        time.append(lasted)
        cause.append((1 if goes == "cancel" else 2) if seen else 0)
    t, c = np.array(time), np.array(cause)
    km = KaplanMeierFitter().fit(t, c > 0)
    at = list(range(1, 59))  # days
    instants = np.array(at) * DAY
    band = km.confidence_interval_survival_function_
    place = np.searchsorted(band.index.to_numpy(), instants, side="right") - 1
    competing = {}
    for k, name in ((1, "left"), (2, "lapsed")):
        steps = (
            AalenJohansenFitter(calculate_variance=False).fit(t, c, event_of_interest=k).cumulative_density_
        )
        competing[name] = rounded(
            steps.iloc[np.searchsorted(steps.index.to_numpy(), instants, side="right") - 1, 0]
        )
    made = {
        "made_by": {"lifelines": version("lifelines"), "numpy": version("numpy")},
        "command": "tests/golden/oracles/lifelines/make.py",
        "known": KNOWN, "stories": stories, "at": at,
        "still": rounded(km.survival_function_at_times(instants)),
        "low": rounded(band.iloc[place, 0]), "high": rounded(band.iloc[place, 1]),
        "median": float(km.median_survival_time_), **competing,
    }  # fmt: skip
    path = Path(__file__).parent / "staying.json"
    path.write_text(json.dumps(made, separators=(", ", ": ")) + "\n", "utf-8")
    print(path.name)


if __name__ == "__main__":
    main()
