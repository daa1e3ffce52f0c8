"""Makes the golden values of the estimators with other people's programs, in an environment of its own.

    uv venv oracle && uv pip install --python oracle/bin/python \
        lifelines==0.30.3 scikit-survival==0.28.0 statsmodels==0.15.0
    oracle/bin/python tests/golden/statistics/make.py

None of these is a dependency of Desirepath (scikit-survival is GPL): only their numbers are kept here.
"""
# ruff: noqa: T201

import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def write(name: str, programs: list[str], **facts: object) -> None:
    made = {"made_by": {p: version(p) for p in programs}, "command": "tests/golden/statistics/make.py"}
    (HERE / f"{name}.json").write_text(
        json.dumps({**made, **facts}, indent=None, separators=(", ", ": ")) + "\n"
    )
    print(name)


def rounded(values: object) -> list[float]:
    return [round(float(v), 10) for v in np.asarray(values, float)]


def waltons() -> None:
    """Kaplan–Meier with ties and censoring: lifespans of flies, lifelines' own data."""
    from lifelines import AalenJohansenFitter, KaplanMeierFitter
    from lifelines.datasets import load_waltons
    from lifelines.utils import median_survival_times

    data = load_waltons()
    km = KaplanMeierFitter().fit(data["T"], data["E"])
    aj = AalenJohansenFitter().fit(data["T"], data["E"], event_of_interest=1)
    median = median_survival_times(km.confidence_interval_).iloc[0].tolist()
    bounds = aj.confidence_interval_
    write(
        "waltons", ["lifelines"],
        time=data["T"].astype(int).tolist(), event=data["E"].astype(int).tolist(),
        at=[int(t) for t in aj.cumulative_density_.index],
        one_minus_km=rounded(1 - km.survival_function_.iloc[:, 0]),
        incidence=rounded(aj.cumulative_density_.iloc[:, 0]), variance=rounded(aj.variance_.fillna(0)),
        low=rounded(bounds.min(axis=1).fillna(-1)), high=rounded(bounds.max(axis=1).fillna(-1)),
        km_median=float(km.median_survival_time_), km_median_interval=[float(m) for m in median],
    )  # fmt: skip


def competing() -> None:
    """Its program names the ends of the band the wrong way round: the smaller is the low one.

    Three causes without ties: exponential times drawn with NumPy's default_rng(7), 400 of them."""
    from lifelines import AalenJohansenFitter

    draw = np.random.default_rng(7)
    time = np.unique(draw.exponential(40_000, 500).astype(int) + 1)
    draw.shuffle(time)
    time = time[:400]
    cause = draw.choice(4, 400, p=[0.3, 0.4, 0.1, 0.2])
    curves = {}
    for k in (1, 2, 3):
        aj = AalenJohansenFitter().fit(time, cause, event_of_interest=k)
        keep = [t for t, c in zip(*np.unique(time, return_index=True), strict=True) if cause[c] > 0]
        bounds = aj.confidence_interval_.loc[keep]
        curves[k] = {
            "at": [int(t) for t in keep][::10], "incidence": rounded(aj.cumulative_density_.loc[keep].iloc[::10, 0]),
            "variance": rounded(aj.variance_.loc[keep].fillna(-1).iloc[::10]),
            "low": rounded(bounds.iloc[::10].min(axis=1).fillna(-1)),
            "high": rounded(bounds.iloc[::10].max(axis=1).fillna(-1)),
        }  # fmt: skip
    write("competing", ["lifelines"], time=time.tolist(), cause=cause.tolist(), curves=curves)


def transplants() -> None:
    """Two causes with ties: bone marrow transplants (Scrucca et al. 2007), scikit-survival's data."""
    from sksurv.datasets import load_bmt
    from sksurv.nonparametric import cumulative_incidence_competing_risks

    data = load_bmt()[1]
    at, incidence, bounds = cumulative_incidence_competing_risks(
        data["status"], data["ftime"], conf_type="log-log", var_type="Dinse_Approx"
    )
    write(
        "transplants", ["scikit-survival"],
        time=[int(t) for t in data["ftime"]], cause=[int(c) for c in data["status"]], at=[int(t) for t in at],
        incidence={k: rounded(incidence[k]) for k in (1, 2)},
        low={k: rounded(np.nan_to_num(bounds[k, 0], nan=-1)) for k in (1, 2)},
        high={k: rounded(np.nan_to_num(bounds[k, 1], nan=-1)) for k in (1, 2)},
    )  # fmt: skip


def shares() -> None:
    """Wilson, Newcombe, Benjamini–Hochberg, and a regression with stratum effects and clustered errors."""
    import statsmodels.api as sm
    from statsmodels.stats.multitest import multipletests
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    singles = [(0, 20), (1, 20), (7, 20), (20, 20), (81, 263), (15, 148), (4_210, 10_007)]
    pairs = [(56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29), (10, 10, 0, 20), (100, 1000, 130, 1000)]
    p = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.324,
        0.4262,
        0.5719,
        0.6528,
        0.759,
        1.0,
    ]
    draw = np.random.default_rng(11)
    stratum, cluster = draw.integers(0, 6, 300), draw.integers(0, 90, 300)
    met = draw.random(300) < 0.2 + 0.1 * stratum
    won = draw.random(300) < 0.2 + 0.08 * stratum + 0.15 * met
    design = np.column_stack([met, *[stratum == s for s in range(6)]]).astype(float)
    fit = sm.OLS(won.astype(float), design).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    write(
        "shares", ["statsmodels"],
        wilson=[[k, n, *rounded(proportion_confint(k, n, method="wilson"))] for k, n in singles],
        newcombe=[[*q, *rounded(confint_proportions_2indep(*q, method="newcomb"))] for q in pairs],
        p=p, adjusted=rounded(multipletests(p, method="fdr_bh")[1]),
        regression={"stratum": stratum.tolist(), "cluster": cluster.tolist(), "met": met.astype(int).tolist(),
                    "won": won.astype(int).tolist(), "value": float(fit.params[0]), "error": float(fit.bse[0])},
    )  # fmt: skip


if __name__ == "__main__":
    waltons()
    competing()
    transplants()
    shares()
