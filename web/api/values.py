"""Parts of bodies."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from contracts.terms import Shortfall, Skill, UnitKind
from web.api.wire import Wire


class PlaceBody(Wire):
    """A point on the ground; area: division code."""

    lat_wgs84: Annotated[float, Field(ge=-90, le=90)]
    lon_wgs84: Annotated[float, Field(ge=-180, le=180)]
    area: Annotated[str, StringConstraints(pattern=r"^[0-9]{6,12}$")]
    name: Annotated[str, StringConstraints(max_length=200)] = ""


class CandidateBody(Wire):
    """A unit to ask, as the recommendation gave it; what screens add to it (label, masked_name …) is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)

    unit: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    kind: UnitKind
    rank: Annotated[int, Field(ge=1, le=10_000)]
    score: float = 0.0
    distance_m: Annotated[int, Field(ge=0)] | None = None
    eta_s: Annotated[int, Field(ge=0)] | None = None
    location_age_s: Annotated[int, Field(ge=0)] | None = None
    skills: tuple[Skill, ...] = ()
    load_h: float = 0.0
    acceptance: float | None = None
    reasons: Annotated[tuple[Annotated[str, StringConstraints(max_length=80)], ...], Field(max_length=20)] = ()
    wave: Annotated[int, Field(ge=1, le=9)] = 1


class ShortfallBody(Wire):
    """How many were left out for one reason."""

    reason: Shortfall
    count: Annotated[int, Field(ge=0)]


class FixBody(Wire):
    """One position of the own unit."""

    unit: str | None = None
    lat_wgs84: Annotated[float, Field(ge=-90, le=90)]
    lon_wgs84: Annotated[float, Field(ge=-180, le=180)]
    at_ms: Annotated[int, Field(ge=0, le=4_102_444_800_000)]
    accuracy_m: Annotated[int, Field(ge=0, le=1_000_000)] | None = None
