"""Mutations of samples: seeded, and aware of JSON, XML and lines where that reaches deeper than octets do. Pure."""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

import msgspec

from fuzz.target import Form

# Values at which parsers stumble: limits of integers and floats, digits that are not ASCII, times at the ends of the calendar, paths.
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 127, 255, 65_536, 2**31 - 1, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**18, 10**30, -(2**63), -(10**30),
    0.1, -0.0, 1e308, -1e308, 5e-324, 1.5e300, 90.0000001, 180.1,
)  # fmt: skip
TEXTS: tuple[str, ...] = (
    "", " ", "\0", "²", "١٢٣٤٥٦", "𝟙𝟚𝟛𝟜𝟝𝟞", "NaN", "Infinity",
    "-inf", "1e308", "1e400", "-0", "9" * 30, "9" * 400, "0x10", "1_000", "true",
    "null", "../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://[",
    "http://[::1", "//", "a" * 5_000, "\u202e雪", "\ufeff",
    "%s%n%x", "${jndi:x}", "';--", "<!DOCTYPE x>", "&x;", "]]>", "2026-13-45T99:99:99Z", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "2026-01-01", "371602", "3716020010020", "sys:", "null\n", "\r\n\r\n", "𐀀", "é" * 200,
)  # fmt: skip
_ODD_OCTETS: tuple[bytes, ...] = (
    b"\0", b"\xff", b"\xff\xfe", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x80", b"\n", b"\r\n", b'"', b"\\", b"{", b"[", b"<",
    b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\xff\xff\xff\xff", b"\xff\xff\xff\xff\xff\xff\xff\xff", b"\0\0\0\0",
)  # fmt: skip
_XML_PARTS = re.compile(rb"(<[^<>]{0,4000}>)")
_encode = msgspec.json.Encoder().encode


def mutated(sample: bytes, other: bytes, form: Form, rng: Random, *, words: Sequence[bytes] = (), longest: int = 65_536) -> bytes:
    """Return a changed sample, no longer than `longest`. other: a second sample, of which parts may be taken."""
    changed = sample
    for _ in range(1 if rng.random() < 0.6 else rng.randint(2, 6)):
        structural = rng.random() < 0.75
        if form == "json" and structural:
            changed = _json(changed, rng)
        elif form == "xml" and structural:
            changed = _parts(_XML_PARTS.split(changed), _XML_PARTS.split(other), b"", rng)
        elif form == "lines" and structural:
            changed = _parts(changed.split(b"\n"), other.split(b"\n"), b"\n", rng)
        else:
            changed = _octets(changed, other, rng, words)
        # After each: repeated parts of repeated parts would fill the memory before anybody is attacked.
        changed = changed[:longest]
    return changed


def _octets(sample: bytes, other: bytes, rng: Random, words: Sequence[bytes]) -> bytes:
    at = rng.randint(0, len(sample))
    upto = min(len(sample), at + (1 << rng.randint(0, 8)))
    match rng.randint(0, 8):
        case 0:
            return sample[:at]
        case 1:
            return sample[:at] + sample[upto:]
        case 2:
            return sample[:at] + sample[at:upto] * rng.randint(2, 40) + sample[upto:]
        case 3 if at < len(sample):
            return sample[:at] + bytes([sample[at] ^ 1 << rng.randint(0, 7)]) + sample[at + 1 :]
        case 4:
            return sample[:at] + rng.randbytes(rng.randint(1, 8)) + sample[upto:]
        case 5:
            return sample[:at] + rng.choice(_ODD_OCTETS) + sample[at:]
        case 6 if words:
            return sample[:at] + rng.choice(words) + sample[upto if rng.random() < 0.5 else at :]
        case 7:
            return sample[:at] + rng.choice(TEXTS).encode() + sample[upto:]
        case _:
            start = rng.randint(0, len(other))
            return sample[:at] + other[start : start + (1 << rng.randint(0, 10))] + sample[upto:]


def _parts(parts: list[bytes], others: list[bytes], glue: bytes, rng: Random) -> bytes:
    at, to = rng.randrange(len(parts)), rng.randrange(len(parts))
    match rng.randint(0, 6):
        case 0:
            del parts[at]
        case 1:
            parts[at:at] = parts[min(at, to) : max(at, to)][:200]
        case 2:
            parts[at], parts[to] = parts[to], parts[at]
        case 3:
            parts[at] = rng.choice(TEXTS).encode()
        case 4:
            parts.insert(at, rng.choice(others))
        case 5:
            parts[at] = _octets(parts[at], parts[to], rng, ())
        case _:
            parts[at] = (parts[at] * rng.choice((2, 40, 2000)))[:100_000]
    return glue.join(parts)


def _json(sample: bytes, rng: Random) -> bytes:
    try:
        document = msgspec.json.decode(sample)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _octets(sample, sample, rng, ())
    spots = list(_spots(document))
    if not spots:
        return _encode(rng.choice((rng.choice(NUMBERS), rng.choice(TEXTS), [], {}, None, [document])))
    holder, key = rng.choice(spots)
    _change(holder, key, spots, rng)
    try:
        return _encode(document)
    except (OverflowError, RecursionError, UnicodeEncodeError):
        return sample


def _change(holder: Any, key: Any, spots: list[tuple[Any, Any]], rng: Random) -> None:
    match rng.randint(0, 7):
        case 0:
            del holder[key]
        case 1:
            holder[key] = _value(rng)
        case 2:
            source, name = rng.choice(spots)
            holder[key] = source[name] if source[name] is not holder else None
        case 3 if isinstance(holder, dict):
            holder[rng.choice((*TEXTS, *holder))] = holder[key]
        case 3:
            holder.extend([holder[key]] * rng.choice((1, 3, 600)))
        case 4:
            holder[key] = [holder[key]]
        case 5 if isinstance(holder[key], str):
            holder[key] = holder[key][: rng.randint(0, 40)] + rng.choice(TEXTS)
        case 6 if isinstance(holder[key], (int, float)):
            holder[key] = holder[key] + rng.choice((1, -1, 1000, -(10**9)))
        case _:
            holder[key] = rng.choice(TEXTS)


def _value(rng: Random) -> Any:
    deep: Any = 0
    if rng.random() < 0.02:
        for _ in range(rng.choice((40, 700))):
            deep = [deep]
    return rng.choice((rng.choice(NUMBERS), rng.choice(TEXTS), None, True, False, [], {}, {"a": 1}, deep))


def _spots(document: Any, depth: int = 0) -> Any:
    """Yield (holder, key) of every value below a document."""
    keys = list(document) if isinstance(document, dict) else range(len(document)) if isinstance(document, list) else ()
    for key in keys:
        yield document, key
        if depth < 20:
            yield from _spots(document[key], depth + 1)
