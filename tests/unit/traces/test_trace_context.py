"""The header traceparent: what is well formed comes back as it was, and nothing else gets through."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.trace_context import TraceParent, parse_traceparent

TRACE, SPAN = "4b" * 16, "7a" * 8


HEX32, HEX16, HEX2 = (st.from_regex(rf"[0-9a-f]{{{n}}}", fullmatch=True) for n in (32, 16, 2))


@given(HEX32, HEX16, HEX2)
def test_a_well_formed_header_comes_back(trace: str, span: str, flags: str) -> None:
    """But for identifiers of zeros alone, which name nothing."""
    parsed = parse_traceparent(f"00-{trace}-{span}-{flags}")
    if set(trace) == {"0"} or set(span) == {"0"}:
        assert parsed is None
    else:
        assert parsed == TraceParent(trace, span, flags)
        assert str(parsed) == f"00-{trace}-{span}-{flags}"


@given(st.text() | st.from_regex(r"[0-9a-fA-F]{2}-[0-9a-f]{30,34}-[0-9a-f]{14,18}-.{0,8}"))
def test_nothing_else_gets_through(header: str) -> None:
    """Whatever is taken has the form that other systems read, however it came."""
    parsed = parse_traceparent(header)
    assert parsed is None or re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", str(parsed))


@pytest.mark.parametrize(("header", "taken"), [
    (f"01-{TRACE}-{SPAN}-01-more", True),
    (f"01-{TRACE}-{SPAN}-01more", False),
    (f"00-{TRACE}-{SPAN}-01-more", False),
    (f"ff-{TRACE}-{SPAN}-01", False),
    (f"00-{TRACE.upper()}-{SPAN}-01", False),
    (None, False),
])  # fmt: skip
def test_versions(header: str | None, taken: bool) -> None:
    """A later version may say more; ff is none, and version 00 says nothing more."""
    assert (parse_traceparent(header) is not None) is taken
