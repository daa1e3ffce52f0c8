"""Addresses of databases: what may be shown of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from desirepath.sources.sql.address import address_of


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:s3%40cret@db.example/shop",
        "postgresql://db.example/shop?user=reader&password=s3%40cret",
        "postgresql://reader@db.example/shop?passwd=s3%40cret",
    ],
)
def test_a_password_is_in_nothing_that_is_shown_wherever_it_stood(url: str) -> None:
    address = address_of("orders", url, Path())
    said = 'login of reader with s3@cret (s3%40cret) failed for "shop"'
    assert address.tame(said) == 'login of reader with *** (***) failed for "shop"'
    assert "cret" not in address.shown + repr(address)
