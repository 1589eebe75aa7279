"""What a camera shows at a moment. Pure: the clock comes in as seconds since the broadcast began."""

from bisect import bisect_right
from dataclasses import dataclass

from nuandeng.city.broadcast.film import TICKS_PER_S, AccessUnit, Film


@dataclass(frozen=True, slots=True)
class Due:
    """A unit and when it goes out. dts, pts: ticks since the broadcast began, growing over every loop and change of film."""

    unit: AccessUnit
    index: int
    number: int
    dts: int
    pts: int

    @property
    def at_s(self) -> float:
        """Seconds since the broadcast began."""
        return self.dts / TICKS_PER_S


@dataclass(frozen=True)
class Timeline:
    """A film played for ever, phase_s ahead of the broadcast's clock."""

    film: Film
    phase_s: float = 0.0

    def unit(self, number: int) -> Due:
        """Return the number-th unit since the film's own beginning; number = loop × units + index."""
        loop, index = divmod(number, len(self.film.units))
        unit = self.film.units[index]
        shift = loop * self.film.duration - round(self.phase_s * TICKS_PER_S)
        return Due(unit, index, number, shift + unit.dts, shift + unit.pts)

    def number_at(self, at_s: float) -> int:
        """Return the number of the last unit that is due at this moment or before it."""
        loop, ticks = divmod(round((at_s + self.phase_s) * TICKS_PER_S), self.film.duration)
        return loop * len(self.film.units) + bisect_right(self.film.units, ticks, key=lambda unit: unit.dts) - 1

    def keyframe_after(self, at_s: float) -> int:
        """Return the number of the first keyframe due after this moment."""
        number = self.number_at(at_s) + 1
        while not self.unit(number).unit.keyframe:
            number += 1
        return number

    def keyframe_before(self, at_s: float) -> int:
        """Return the number of the keyframe that is on the screen at this moment."""
        number = self.number_at(at_s)
        while not self.unit(number).unit.keyframe:
            number -= 1
        return number
