"""Which rules does each event satisfy? By Polars, over the same events in a Parquet file.

python rules_polars.py polars - FOLDER_TO_WORK_IN RUNS
"""

from __future__ import annotations

import sys

import polars as pl
from worker import Report

# As in desirepath/journey/bits.py and desirepath/simulate/crowd.py, which this environment does not have.
KINDS = ("Page Viewed", "Product Viewed", "Cart Viewed", "Order Completed", "Referral Sent",
         "Email Opened", "Site Searched", "Store Visited", "Call Answered", "Banner Shown")  # fmt: skip
CHANNELS = ("web", "app", "email", "ads", "social", "store", "phone", "chat")
ORDER = 1 << 3 | 1 << 18 | 1 << 19
BY = {"customer": 1 << 48, "business": 1 << 49, "machine": 1 << 50}


def asked(path: str) -> pl.LazyFrame:
    event, channel = pl.col("event"), pl.col("channel")
    shown = event.replace_strict(
        {KINDS[0]: 1, KINDS[1]: 2, KINDS[2]: 4, KINDS[3]: ORDER}, default=0, return_dtype=pl.Int64
    )
    referred = ((event == KINDS[4]) & channel.is_in(["social", "email", "chat"])).cast(pl.Int64) * 16
    by = pl.col("by").replace_strict(BY, default=0, return_dtype=pl.Int64)
    day = pl.col("date_only").cast(pl.Int64) * (1 << 51)
    kind = event.replace_strict({k: 2 * i for i, k in enumerate(KINDS)}, default=None, return_dtype=pl.Int64)
    half = channel.replace_strict(
        {c: i // 4 for i, c in enumerate(CHANNELS)}, default=None, return_dtype=pl.Int64
    )
    return pl.scan_parquet(path).select(
        (shown + referred + by + day).sum().alias("evidence"),
        (kind + half).fill_null(-1).sum().alias("touchpoint"),
    )


def main() -> None:
    report = Report(versions={"Polars": pl.__version__})
    path = f"{sys.argv[3]}/events.parquet"
    report.answers["rules"] = [int(x) % 2**63 for x in asked(path).collect().row(0)]
    report.timed("rules", lambda: asked(path).collect(), int(sys.argv[4]))
    report.say()


if __name__ == "__main__":
    main()
