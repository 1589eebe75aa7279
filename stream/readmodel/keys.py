"""Names of the read model's keys; docs/api.md says what is in them."""

EPOCH = "epoch"
# The epoch whose answers of the last day are there as well.
ANSWERED = "answered"
# dispatch.FOLD_VERSION of whoever wrote the documents.
FOLD = "fold"
OFFSETS = "offsets"
JURISDICTIONS = "jurisdictions"
WAKE = "wake"
KINDS = ("incident", "unit", "roster", "point", "camera", "plan", "account", "tally")
ANSWER_S = 86_400
FEED_LENGTH = 10_000
# Entries of the moves: what a reader missed that comes later than this it reads from `seen`.
MOVES_KEPT = 20


def documents(jurisdiction: str, kind: str) -> str:
    """Hash: id → JSON."""
    return f"doc:{jurisdiction}:{kind}"


def feed(jurisdiction: str) -> str:
    """Stream: `{sequence}-0` → field `e`, a FeedEntry as JSON."""
    return f"feed:{jurisdiction}"


def head(jurisdiction: str) -> str:
    """String: `{sequence}:{hash}`."""
    return f"head:{jurisdiction}"


def answer(command_id: str) -> str:
    """String, kept a day: Answer as JSON."""
    return f"answer:{command_id}"


def geo(jurisdiction: str, kind: str, *, free: bool) -> str:
    """GEO set: unit ids."""
    return f"geo:{jurisdiction}:{kind}:{'free' if free else 'busy'}"


def seen(jurisdiction: str) -> str:
    """Hash: unit → `at_ms,lat,lon,accuracy`."""
    return f"seen:{jurisdiction}"


def moves(jurisdiction: str) -> str:
    """Stream of the last seconds: field `m`, the fixes that were placed, `[{unit, lat_wgs84, lon_wgs84, at_ms}]` as JSON."""
    return f"moves:{jurisdiction}"
