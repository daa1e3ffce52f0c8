"""Makes the golden values of the models of buying with lifetimes, in an environment of its own.

    uv venv oracle && uv pip install --python oracle/bin/python \
        lifetimes==0.11.3 numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 "setuptools<81"
    oracle/bin/python tests/golden/oracles/lifetimes/make.py

lifetimes (MIT) is no dependency of Desirepath: only its numbers are kept here. The customers are made up, with a seed.
"""
# ruff: noqa: T201

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

HERE = Path(__file__).parent
AHEAD = 26.0


def made_up(customers: int, seed: int) -> pd.DataFrame:
    """Customers who buy at random days until they are gone: again, last, age in weeks, and what a purchase is worth."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(customers):
        rate, gone = rng.gamma(0.8, 1 / 6.0), rng.exponential(1 / rng.gamma(0.9, 1 / 14.0))
        age = int(rng.integers(140, 365))
        days, at = [], 0.0
        while True:
            at += rng.exponential(1 / rate) * 7
            if at > min(gone * 7, age):
                break
            days.append(int(at))
        days = sorted({d for d in days if d > 0})
        usual = rng.gamma(3.0, 1.0) * 1500 + 300
        worth = np.mean(rng.gamma(4.0, usual / 4.0, len(days))) if days else 0.0
        rows.append((len(days), (days[-1] if days else 0) / 7, age / 7, round(float(worth))))
    return pd.DataFrame(rows, columns=["again", "last", "age", "worth"])


def listed(values: object, digits: int = 10) -> list[float]:
    return [float(f"{v:.{digits}g}") for v in np.asarray(values, float)]


def main() -> None:
    data = made_up(500, 20240117)
    again, last, age = data["again"], data["last"], data["age"]
    facts: dict[str, object] = {
        "made_by": {p: version(p) for p in ("lifetimes", "numpy", "scipy", "pandas")},
        "command": "tests/golden/oracles/lifetimes/make.py",
        "days": {
            "again": again.tolist(),
            "last": [round(v * 7) for v in last],
            "age": [round(v * 7) for v in age],
            "worth": [int(v) for v in data["worth"]],
        },
        "ahead": AHEAD,
    }
    for name, fitter in (("bg_nbd", BetaGeoFitter()), ("pareto_nbd", ParetoNBDFitter())):
        fitter.fit(again, last, age, tol=1e-9)
        ahead = fitter.conditional_expected_number_of_purchases_up_to_time(AHEAD, again, last, age)
        facts[name] = {
            "params": listed(fitter.params_),
            "alive": listed(fitter.conditional_probability_alive(again, last, age)),
            "expected": listed(ahead),
            "new": listed([fitter.expected_number_of_purchases_up_to_time(t) for t in (1.0, 13.0, 52.0)]),
        }
        print(name, facts[name]["params"])
    some = data[again > 0]
    gamma = GammaGammaFitter().fit(some["again"], some["worth"] / 100, tol=1e-9)
    facts["gamma_gamma"] = {
        "params": listed(gamma.params_),
        "worth": listed(gamma.conditional_expected_average_profit(again, data["worth"] / 100)),
    }
    print("gamma_gamma", facts["gamma_gamma"]["params"])
    (HERE / "made_up.json").write_text(json.dumps(facts, separators=(", ", ": ")) + "\n")


if __name__ == "__main__":
    main()
