"""A place in front of a camera: its surfaces, its lamps, and how large people are in it."""

from dataclasses import dataclass, field

from nuandeng.city.streets.brush import Colour, Pixels
from nuandeng.city.streets.sheet import Sheet

WARM: Colour = (105, 175, 235)
WHITE: Colour = (225, 235, 235)


@dataclass(frozen=True)
class Lamp:
    """A pool of light on the ground around (x, y), in pixels. beam_px: height of the lit cone above it, 0 for none."""

    x: float
    y: float
    radius_x_px: float
    radius_y_px: float
    colour: Colour = WARM
    strength: float = 1.0
    beam_px: float = 0.0


@dataclass(frozen=True)
class Place:
    """albedo, glow: (576, 704, 3) BGR. ground: (576, 704) 0..1, where snow lies.

    A person whose feet are at row y is (y - horizon_px) * height_per_row tall. indoors: no weather, lit at night as by day.
    """

    sheet: Sheet
    lamps: tuple[Lamp, ...] = ()
    horizon_px: float = 110.0
    height_per_row: float = 0.44
    indoors: bool = False
    night_ambient: float = field(default=0.16)

    @property
    def albedo(self) -> Pixels:
        """What surfaces reflect."""
        return self.sheet.albedo

    @property
    def glow(self) -> Pixels:
        """What shines by itself."""
        return self.sheet.glow

    @property
    def ground(self) -> Pixels:
        """Where snow settles."""
        return self.sheet.ground

    def person_height_px(self, foot_y: float) -> int:
        """How tall somebody is whose feet are at this row."""
        return max(24, round((foot_y - self.horizon_px) * self.height_per_row))
