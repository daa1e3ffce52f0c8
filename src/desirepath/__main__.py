"""`python -m desirepath` is the `desirepath` command."""

from desirepath.cli import main

main()
