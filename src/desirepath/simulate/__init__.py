"""A business with known truth: sample data for the demo and the tests.

`make_shop` writes the exports of a shop that sells rainwear, as they would look in real life, and tells what
is true of it: who is who, what was planted, what each measure has to find. docs/why/sample-shop.md says more.
"""

from desirepath.simulate.effects import Effect
from desirepath.simulate.make import CUSTOMERS, MONTHS, SEED, UNTIL, make_shop, write_definitions
from desirepath.simulate.truth import Truth, read_truth

__all__ = [
    "CUSTOMERS", "MONTHS", "SEED", "UNTIL", "Effect", "Truth", "make_shop", "read_truth", "write_definitions",
]  # fmt: skip
