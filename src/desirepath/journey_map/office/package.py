"""The same map makes the same file: an office package without the moment at which it was written.

In: the bytes of a pptx or xlsx, and an instant. Out: the same package, whose parts carry no time of their own and
whose properties say that it was made at that instant; workbooks inside it, too.
"""

from __future__ import annotations

import io
import re
import zipfile

from desirepath.core.times import from_us

_TIME = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*")
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def steady(package: bytes, made: int) -> bytes:
    """The package, made at `made` (µs)."""
    written = from_us(made).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w") as new:
        for part in old.infolist():
            data = old.read(part)
            if part.filename.endswith(".xlsx"):
                data = steady(data, made)
            elif part.filename == "docProps/core.xml":
                data = _TIME.sub(rb"\g<1>" + written, data)
            entry = zipfile.ZipInfo(part.filename, _ZIP_EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()
