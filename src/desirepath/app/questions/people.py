"""A table with a row a customer, by id: there may be a million, so it is Arrow's.

In: codes of customers, columns of numbers, an order. Out: a Table; what is not known is empty, never NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from desirepath.app.asking import Asking
    from desirepath.app.results import Table


def people_table(
    asking: Asking,
    customer: NDArray[np.int64],
    columns: Mapping[str, tuple[Any, str]],
    order: NDArray[np.int64],
) -> Table:
    """A table of customers. columns: name → (a value for each of `customer`, its unit).

    Units: those of tables, "day" (local days since 1970) and "text".
    """
    from dataclasses import replace

    import numpy as np
    import pyarrow as pa

    from desirepath.app.results import Table

    made: dict[str, pa.Array] = {"customer": asking.ids.take(pa.array(np.asarray(customer)[order]))}
    for name, (values, unit) in columns.items():
        if unit == "text":
            made[name] = pa.array(values, pa.string()).take(pa.array(order))
            continue
        array = np.asarray(values)[order]
        if unit == "day":
            made[name] = pa.array(array.astype(np.int32)).cast(pa.date32())
        elif array.dtype.kind == "f":
            made[name] = pa.array(array, mask=~np.isfinite(array))
        else:
            made[name] = pa.array(array)
    units = {name: unit for name, (_, unit) in columns.items() if unit not in ("day", "text")}
    return replace(Table.of_arrow(pa.table(made), "customer", {}), units=units)
