"""The sample shop, for stories told on it."""

from __future__ import annotations

from tests.sample_shop import SampleShop, asking, opened, own_shop, sample_shop

__all__ = ["SampleShop", "asking", "opened", "own_shop", "sample_shop"]
