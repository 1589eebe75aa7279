"""The units of a jurisdiction as columns: what a batch looks at for every incident at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from contracts.terms import Shortfall, Skill, UnitKind, UnitState
from dispatch.recommend.drawbacks import WEIGHTS, Weights, drawbacks
from dispatch.unit.entity import Unit

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

KIND_BITS: Final = {kind: 1 << number for number, kind in enumerate(UnitKind)}
SKILL_BITS: Final = {skill: 1 << number for number, skill in enumerate(Skill)}
SHORTFALLS: Final = tuple(Shortfall)
CODES: Final = {shortfall: number for number, shortfall in enumerate(SHORTFALLS)}
ABLE: Final = -1
# A vehicle whose position nobody knows can still be called; it counts as half an hour away.
ETA_UNKNOWN_S: Final = 1_800
_BUSY: Final = frozenset({UnitState.RESERVED, UnitState.COMMITTED})

# at_ms (None: no phone says it, people of a point are where that is), lat, lon
Fix = tuple[int | None, float, float]


@dataclass(frozen=True, slots=True)
class Force:
    """Row n of every column is units[n]; rows are sorted by identifier. Units out of service are not in it.

    kind, skills: bits. lat, lon: nan when nobody knows where it is. why_not: index into SHORTFALLS of what keeps it from being asked by
    whomever, ABLE when nothing does. drawback_min, reasons: see dispatch.recommend.drawbacks. age_s: of the fix.
    township: the first nine digits of its area, -1 when it has none.
    """

    units: tuple[Unit, ...]
    row_of: Mapping[str, int]
    kind: Ints
    skills: Ints
    lat_wgs84: Floats
    lon_wgs84: Floats
    why_not: Ints
    township: Ints
    drawback_min: Floats
    reasons: tuple[tuple[str, ...], ...]
    age_s: tuple[int | None, ...]
    acceptance: tuple[float | None, ...]


def force_of(units: Iterable[Unit], fixes: Mapping[str, Fix], now_ms: int, weights: Weights = WEIGHTS) -> Force:
    """Return the units as columns.

    Args:
        units: in any order, each once.
        fixes: the last one of each that has any, by the unit's identifier; of those off duty none is needed.
        now_ms: epoch milliseconds.
    """
    ordered = tuple(sorted((unit for unit in units if unit.duty is not UnitState.OUT_OF_SERVICE), key=lambda unit: unit.entry.unit))
    places = np.full((2, len(ordered)), np.nan)
    columns: list[tuple[int, int, int, int, float]] = []
    described: list[tuple[tuple[str, ...], int | None, float | None]] = []
    for row, unit in enumerate(ordered):
        entry, state = unit.entry, unit.state
        kind, township = KIND_BITS[entry.kind], township_of(entry.area)
        skills = sum(SKILL_BITS[skill] for skill in entry.skills) if entry.skills else 0
        if state is UnitState.OFF_DUTY:
            columns.append((kind, skills, CODES[Shortfall.OFF_DUTY], township, 0.0))
            described.append(((), None, None))
            continue
        fix = fixes.get(entry.unit)
        age_s = None
        if fix is not None:
            places[:, row] = fix[1:]
            age_s = None if fix[0] is None else (now_ms - fix[0]) / 1000
        answers = unit.answers
        acceptance = round(sum(answers) / len(answers), 2) if answers else None
        drawback_min, reasons = drawbacks(state, unit.load_h, acceptance, unit.lost, age_s, weights)
        if state in _BUSY:
            why_not = CODES[Shortfall.BUSY]
        elif state is UnitState.ON_BREAK or (unit.rest_until_ms is not None and unit.rest_until_ms > now_ms):
            why_not = CODES[Shortfall.RESTING]
        elif (fix is None and entry.kind is not UnitKind.VEHICLE) or (age_s is not None and age_s > weights.lost_after_s):
            why_not = CODES[Shortfall.LOCATION_STALE]
        else:
            why_not = ABLE
        columns.append((kind, skills, why_not, township, drawback_min))
        described.append((reasons, None if age_s is None else max(0, int(age_s)), acceptance))
    kinds, skill_bits, why, townships, minutes = zip(*columns, strict=True) if columns else ((), (), (), (), ())
    reasons_of, ages_s, acceptances = zip(*described, strict=True) if described else ((), (), ())
    return Force(
        units=ordered, row_of={unit.entry.unit: row for row, unit in enumerate(ordered)}, kind=np.array(kinds, np.int64),
        skills=np.array(skill_bits, np.int64), lat_wgs84=places[0], lon_wgs84=places[1], why_not=np.array(why, np.int64),
        township=np.array(townships, np.int64), drawback_min=np.array(minutes, np.float64), reasons=reasons_of, age_s=ages_s,
        acceptance=acceptances,
    )  # fmt: skip


def township_of(area: str) -> int:
    """Return the division code down to the township as a number, -1 when the area is wider than one."""
    return int(area[:9]) if len(area) >= 9 and area[:9].isdigit() else -1
