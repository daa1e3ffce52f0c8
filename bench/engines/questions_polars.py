"""Polars asked the questions of questions.py: over a frame in memory that lies sorted by customer, time and arrival.

python questions_polars.py memory FOLDER_OF_PARQUET FOLDER_TO_WORK_IN RUNS

The rows lie in order, so a shift over the whole frame takes the place of windows by customer, and a join as of the row
that of a join by customer. Where two ways are given, the quicker counts.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import polars as pl
from polars import col
from questions import (
    AFTER,
    CHANNELS,
    CONSIDERATION,
    DIGITS,
    ENTRY,
    EVIDENCE,
    LANDMARK,
    LONG,
    LOST,
    MONDAY,
    ORDER,
    SESSION,
    STAGES,
    START,
    STEPS,
    TOP,
    WEEK,
    WEEKS,
    WINDOW,
    WON,
    ask,
    of_credit,
    of_paths,
    of_transitions,
    of_weeks,
    said,
)
from worker import Report

COLUMNS = ("customer", "ts", "touchpoint", "channel", "evidence", "value", "event")
NEVER = -(2**62)  # µs: so long ago that no window reaches it
BIT = col("evidence") & EVIDENCE
NEW_CUSTOMER = (col("customer").diff() != 0).fill_null(True)


# ---- funnel -----------------------------------------------------------------------------------------


def funnel(trails: pl.DataFrame) -> object:
    """Step by step: the next row with it, of whomever; it counts where it is the same customer's, and in time."""
    shown = (
        trails.lazy()
        .filter(BIT != 0)
        .select("customer", "ts", "channel", bit=BIT)
        .with_row_index("row")
        .with_columns(col("row").cast(pl.Int64).set_sorted())
    )
    came = (
        shown.filter(col("bit") == ENTRY)
        .filter(NEW_CUSTOMER)
        .select("row", "channel", who=col("customer"), until=col("ts") + WINDOW)
    )
    levels = [came.select("channel", step=pl.lit(0, pl.Int8))]
    for k in range(1, STAGES):
        steps = shown.filter(col("bit") == 1 << k).select("customer", "ts", next=col("row"))
        came = (
            came.join_asof(steps, left_on="row", right_on="next", strategy="forward", coalesce=False)
            .filter((col("customer") == col("who")) & (col("ts") <= col("until")))
            .select("channel", "who", "until", row=col("next"))
        )
        levels.append(came.select("channel", step=pl.lit(k, pl.Int8)))
    counts = [(col("step") == k).sum().alias(f"step {k}") for k in range(STAGES)]
    return said(pl.concat(levels).group_by("channel").agg(counts).sort("channel").collect().rows())


def best_funnel(trails: pl.DataFrame) -> object:
    """Of all attempts that reached a step, the one that began last is carried from row to row."""
    rows = trails.lazy().filter(BIT != 0).select("customer", "ts", bit=BIT)

    def carried(hit: pl.Expr, begun: pl.Expr) -> pl.Expr:
        return pl.when(hit).then(begun).when(NEW_CUSTOMER).then(NEVER).forward_fill()

    entry = col("bit") == ENTRY
    rows = rows.with_columns(
        begun=carried(entry, col("ts")), level=pl.when(entry).then(0).otherwise(-1).cast(pl.Int8)
    )
    for k in range(1, STAGES):
        reached = (col("bit") == 1 << k) & (col("ts") - col("begun") <= WINDOW)
        rows = rows.with_columns(
            begun=carried(reached, col("begun")),
            level=pl.when(reached).then(k).otherwise(col("level")).cast(pl.Int8),
        )
    furthest = rows.group_by("customer").agg(col("level").max())
    return said(
        furthest.select((col("level") >= k).sum().alias(str(k)) for k in range(STAGES)).collect().rows()
    )


# ---- paths, transitions -----------------------------------------------------------------------------


def steps_of_sessions(trails: pl.DataFrame, gap: int) -> pl.LazyFrame:
    """Columns session and touchpoint: of equal neighbours one."""
    new = NEW_CUSTOMER | (col("ts").diff() > gap)
    return (
        trails.lazy()
        .select("touchpoint", new=new)
        .filter(col("new") | (col("touchpoint") != col("touchpoint").shift(1)))
        .select("touchpoint", session=col("new").cum_sum().set_sorted())
    )


def counted(walked: pl.LazyFrame) -> object:
    """walked: a column `path`."""
    paths = walked.group_by("path").len().collect()
    least = paths["len"].top_k(TOP).min() or 0
    top = paths.filter(col("len") >= least).rows()
    return of_paths(top, paths.height, paths["len"].sum())


def paths_ahead(trails: pl.DataFrame, gap: int) -> object:
    """Each session's first row looks ahead over its next ones."""
    rows = steps_of_sessions(trails, gap)
    mine = [col("session").shift(-k) == col("session") for k in range(STEPS + 1)]
    digits = [
        pl.when(mine[k]).then((col("touchpoint").shift(-k) + 1) * pl.lit(DIGITS[k], pl.Int64)).otherwise(0)
        for k in range(STEPS)
    ]
    path = pl.sum_horizontal(*digits, mine[STEPS].fill_null(False).cast(pl.Int64))
    begins = (col("session").diff() != 0).fill_null(True)
    return counted(rows.select(path=path, begins=begins).filter("begins").select("path"))


def paths_as_lists(trails: pl.DataFrame, gap: int) -> object:
    """Each session as a list."""
    lists = steps_of_sessions(trails, gap).group_by("session").agg(col("touchpoint").head(STEPS + 1))
    paths = lists.group_by("touchpoint").len().collect()
    cut = (
        paths.lazy()
        .select(
            steps=col("touchpoint").list.head(STEPS),
            goes_on=col("touchpoint").list.len() > STEPS,
            n=col("len"),
        )
        .group_by("steps", "goes_on")
        .agg(col("n").sum())
        .collect()
    )
    least = cut["n"].top_k(TOP).min() or 0
    top = [
        (sum((t + 1) * d for t, d in zip(steps, DIGITS, strict=False)) + goes_on, n)
        for steps, goes_on, n in cut.filter(col("n") >= least).rows()
    ]
    return of_paths(top, cut.height, cut["n"].sum())


def transitions(trails: pl.DataFrame, engine: str) -> object:
    pair = col("touchpoint").shift(1).cast(pl.Int32) * 256 + col("touchpoint")
    steps = trails.lazy().select(pair=pair, wait=col("ts").diff(), same=~NEW_CUSTOMER).filter("same")
    found = (
        steps.group_by("pair")
        .agg(pl.len(), col("wait").quantile(0.5, "lower"))
        .sort("pair")
        .collect(engine=engine)
    )
    return of_transitions([(pair >> 8, pair & 255, n, wait) for pair, n, wait in found.rows()])


# ---- attribution ------------------------------------------------------------------------------------


def until_first_order(trails: pl.DataFrame) -> pl.LazyFrame:
    """Grain: row until a customer's first order, it included. previous: the channel of the row before."""
    won = BIT == ORDER
    before = won.cast(pl.Int32).cum_sum() - won.cast(pl.Int32)  # orders in all rows before
    last = (col("customer") != col("customer").shift(-1)).fill_null(True)
    return (
        trails.lazy()
        .select(
            "customer",
            "channel",
            won=won,
            first=NEW_CUSTOMER,
            last=last,
            before=before,
            previous=col("channel").shift(1),
            then_won=won.shift(-1).fill_null(False) & ~last,
        )
        .filter(col("before") == pl.when("first").then("before").forward_fill())
        .drop("before")
    )


def attribution(trails: pl.DataFrame) -> object:
    rows = until_first_order(trails).filter(~(col("won") & col("first"))).collect().lazy()
    source = pl.when("first").then(START).otherwise("previous")
    target = pl.when("won").then(WON).otherwise("channel")
    steps = rows.group_by(f=source, t=target).agg(pl.len(), lost=(col("last") & ~col("won")).sum())
    mine = [(col("channel") == c).sum().alias(f"n{c}") for c in range(CHANNELS)]
    orders = rows.filter("won").select("customer")
    journeys = (
        rows.filter(~col("won"))
        .join(orders, on="customer", how="semi")
        .group_by("customer")
        .agg(
            pl.len().alias("n"),
            *mine,
            head=col("channel").filter("first").first(),
            tail=col("channel").filter("then_won").first(),
        )
    )
    n, rules = col("n"), []
    for c in range(CHANNELS):
        own, ends = col(f"n{c}"), (col("head") == c).cast(pl.Int64) + (col("tail") == c).cast(pl.Int64)
        shared = 0.4 * ends + 0.2 * (own.cast(pl.Int64) - ends) / (n - 2)
        rules += [
            (col("head") == c).sum().alias(f"first {c}"),
            (col("tail") == c).sum().alias(f"last {c}"),
            (own / n).sum().alias(f"equal {c}"),
            pl.when(n > 2).then(shared).otherwise(own / n).sum().alias(f"position {c}"),
        ]
    found, credit = pl.collect_all([steps, journeys.select(rules)])
    links = np.zeros((CHANNELS + 1, CHANNELS + 2), np.int64)
    for start, end, count, lost in found.rows():
        links[start, end] = count
        if end != WON:
            links[end, LOST] += lost
    row = credit.row(0)
    return of_credit([row[rule::4] for rule in range(4)], links)


# ---- retention, friction ----------------------------------------------------------------------------


def retention(trails: pl.DataFrame) -> object:
    """The rows with which a customer's weeks begin."""
    week = ((col("ts") - MONDAY) // WEEK).cast(pl.Int32)
    rows = trails.lazy().select(week=week, first=NEW_CUSTOMER)
    begins = rows.with_columns(cohort=pl.when("first").then("week").forward_fill()).filter(
        (col("first") | (col("week").diff() != 0)) & (col("week") - col("cohort") < WEEKS)
    )
    found = begins.group_by("cohort", later=col("week") - col("cohort")).len().collect()
    return of_weeks(found.rows())


def friction(trails: pl.DataFrame) -> object:
    known = trails["ts"].max()
    asked = (
        trails.lazy()
        .filter(col("evidence") & (CONSIDERATION | ORDER) != 0)
        .group_by("customer")
        .agg(t=col("ts").filter(BIT == CONSIDERATION).min(), ordered=col("ts").filter(BIT == ORDER).min())
        .filter(col("t") + (LANDMARK + AFTER) <= known)
        .filter(col("ordered").is_null() | (col("ordered") > col("t") + LANDMARK))
        .select("customer", "t", won=(col("ordered") <= col("t") + (LANDMARK + AFTER)).fill_null(False))
        .collect()
        .lazy()
    )
    met = (
        trails.lazy()
        .select("customer", "ts", "touchpoint")
        .join(asked, on="customer")
        .filter((col("ts") >= col("t")) & (col("ts") <= col("t") + LANDMARK))
        .select("customer", "touchpoint", "won")
        .unique()
        .group_by("touchpoint")
        .agg(pl.len(), col("won").sum().alias("ordered"))
        .sort("touchpoint")
    )
    every, by_touchpoint = pl.collect_all(
        [asked.select(pl.lit(-1), pl.len(), col("won").sum().alias("ordered")), met]
    )
    return said([*every.rows(), *by_touchpoint.rows()])


def main() -> None:
    data, runs = sys.argv[2], int(sys.argv[4])
    report = Report(versions={"Polars": pl.__version__})
    trails = pl.scan_parquet(f"{data}/*.parquet").select(COLUMNS).collect()
    for column in (
        "event",
        "ts",
        "customer",
    ):  # three stable sorts by one column take less time than one by three
        trails = trails.sort(column, maintain_order=True)
    ways: dict[str, list[Callable[[], object]]] = {
        "funnel": [partial(funnel, trails)],
        "best funnel": [partial(best_funnel, trails)],
        "paths": [partial(paths_ahead, trails, SESSION), partial(paths_as_lists, trails, SESSION)],
        "long paths": [partial(paths_ahead, trails, LONG), partial(paths_as_lists, trails, LONG)],
        "transitions": [partial(transitions, trails, "in-memory"), partial(transitions, trails, "streaming")],
        "attribution": [partial(attribution, trails)],
        "retention": [partial(retention, trails)],
        "friction": [partial(friction, trails)],
    }
    ask(report, ways, runs)
    report.say()


if __name__ == "__main__":
    main()
