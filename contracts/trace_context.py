"""A caller's place in a trace of its own, as the header `traceparent` carries it.

Source:
    W3C Trace Context, Recommendation of 23 November 2021, 3.2.
"""

import re
from typing import NamedTuple

# A later version may say more behind a dash; what comes before it keeps its meaning.
_HEADER = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?P<trace>(?!0{32})[0-9a-f]{32})-(?P<span>(?!0{16})[0-9a-f]{16})-(?P<flags>[0-9a-f]{2})(?P<more>-.*)?"
)


class TraceParent(NamedTuple):
    """trace: 32 lower-case hex digits; span: 16, of the caller's step; flags: 2."""

    trace: str
    span: str
    flags: str

    def __str__(self) -> str:
        """Return it as a header of version 00."""
        return f"00-{self.trace}-{self.span}-{self.flags}"


def parse_traceparent(header: str | None) -> TraceParent | None:
    """Read a header; None when there is none, or none that may be used: a mistake about tracing is no reason to refuse a request."""
    said = (header or "").strip()
    found = _HEADER.fullmatch(said)
    if found is None or (found["more"] is not None and said.startswith("00-")):
        return None
    return TraceParent(found["trace"], found["span"], found["flags"])
