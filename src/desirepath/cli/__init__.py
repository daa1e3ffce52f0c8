"""The command line: arguments in, table or file out. Everything it does, the library does."""

from __future__ import annotations

import sys


def main() -> None:
    """The `desirepath` command."""
    from desirepath.cli.program import run

    sys.exit(run())
