"""The loop along each customer's trail that finds contracts: from an active start to the next active end."""

from __future__ import annotations

from desirepath.core.compiled import kernel


@kernel
def walk(offset, ts, value, evidence, starts, ends, until, out):  # type: ignore[no-untyped-def]
    """How many contracts there are. out [5, starts]: customer, began, ended (left as it is while it runs), paid, event.

    A start within a contract belongs to it (a renewal); an end without one is nothing. At one event an end comes first.
    What is paid belongs to the contract that runs, the event that ends it included.
    """
    n, size = 0, len(offset) - 1
    for c in range(size):
        runs = False
        for p in range(offset[c], offset[c + 1]):
            if ts[p] >= until:
                break
            if runs:
                out[3, n - 1] += value[p]
                if evidence[p] & ends:
                    out[2, n - 1] = ts[p]
                    runs = False
            if evidence[p] & starts and not runs:
                runs = True
                out[0, n], out[1, n], out[3, n], out[4, n] = c, ts[p], value[p], p
                n += 1
    return n
