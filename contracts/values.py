"""Small frozen values that commands, events and documents share."""

import msgspec

from contracts.terms import Posture, Role, Shortfall, Skill, UnitKind


class Value(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Base: immutable, by keyword, refuses unknown fields. What cannot change cannot be part of a cycle, so none is looked for (gc)."""


class Sealed(Value, frozen=True, kw_only=True):
    """A personal field as ciphertext (AES-256-GCM). The plain text is UTF-8.

    key: identifier of the person's key in the keystore. box: base64 of nonce (12 bytes) and ciphertext with tag.
    The key's identifier is the associated data, so a box cannot be moved to another person.
    """

    key: str
    box: str


class Place(Value, frozen=True, kw_only=True):
    """A point on the ground. area: 12-digit division code (county, township, village); name: how people call it."""

    lat_wgs84: float
    lon_wgs84: float
    area: str
    name: str = ""


class Actor(Value, frozen=True, kw_only=True):
    """Who sent a command. account: 'sys' for the platform itself. area: prefix of division codes the account may act in."""

    account: str
    role: Role
    area: str = ""
    unit: str | None = None


class Box(Value, frozen=True, kw_only=True):
    """A rectangle in a picture as fractions of its width and height, origin top left, 0 ≤ x0 < x1 ≤ 1."""

    x0: float
    y0: float
    x1: float
    y1: float
    score: float
    posture: Posture = Posture.UNKNOWN


class Picture(Value, frozen=True, kw_only=True):
    """A stored picture. sha256: of the sealed original, hex. public_sha256: of the copy with heads blurred, what people see."""

    sha256: str
    public_sha256: str
    taken_at_ms: int
    camera: str | None = None
    key: str


class Candidate(Value, frozen=True, kw_only=True):
    """A unit that may be asked, with the figures behind its rank (1 is best)."""

    unit: str
    kind: UnitKind
    rank: int
    score: float
    distance_m: int | None = None
    eta_s: int | None = None
    location_age_s: int | None = None
    skills: tuple[Skill, ...] = ()
    load_h: float = 0.0
    acceptance: float | None = None
    reasons: tuple[str, ...] = ()
    wave: int = 1


class ShortfallCount(Value, frozen=True, kw_only=True):
    """How many were left out for one reason."""

    reason: Shortfall
    count: int


class PlanSettings(Value, frozen=True, kw_only=True):
    """What an extreme-weather plan changes; also the everyday values.

    urgency_uplift: levels to raise new incidents by. offer_radii_m: waves 1 and 2. open_points: 'listed' ids, or all with open_all.
    """

    patrol_cadence_min: int = 60
    dwell_threshold_s: int = 600
    urgency_uplift: int = 0
    offer_radii_m: tuple[int, int] = (1000, 3000)
    open_points: tuple[str, ...] = ()
    open_all_points: bool = False
    call_up: int = 0
    message: str = ""
    revisit_h: int = 12
    auto_dispatch: bool = False
