"""People in winter clothes: standing, walking, sitting, lying. All sizes in eighths of a body's height."""

import math
from dataclasses import dataclass

import numpy as np

from nuandeng.city.streets.brush import Brush, Colour, Sprite

_COATS: tuple[Colour, ...] = (
    (120, 70, 45),
    (60, 60, 165),
    (75, 105, 90),
    (150, 150, 155),
    (55, 125, 190),
    (95, 60, 110),
    (140, 120, 60),
    (70, 70, 75),
    (60, 95, 140),
    (165, 120, 90),
)
_TROUSERS: tuple[Colour, ...] = ((70, 58, 50), (95, 75, 60), (60, 60, 64), (55, 75, 90), (110, 100, 95))
_HATS: tuple[Colour | None, ...] = (None, None, (60, 60, 150), (90, 80, 75), (130, 95, 60), (175, 175, 180))
_SHOE: Colour = (38, 38, 42)
_HAIR: Colour = (28, 28, 32)
STRIDE_FRAMES = 12


def _tint(colour: Colour, factor: float) -> Colour:
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


@dataclass(frozen=True)
class Person:
    """How somebody looks, whatever they do."""

    coat: Colour
    trousers: Colour
    hat: Colour | None
    skin: Colour
    bag: bool
    seed: int

    @classmethod
    def random(cls, seed: int) -> "Person":
        """The same person for the same seed."""
        rng = np.random.default_rng(seed)
        jitter = rng.uniform(0.85, 1.15)
        pale = rng.uniform(0.85, 1.05)
        return cls(
            coat=_tint(_COATS[rng.integers(len(_COATS))], jitter),
            trousers=_TROUSERS[rng.integers(len(_TROUSERS))],
            hat=_HATS[rng.integers(len(_HATS))],
            skin=(125 * pale, 155 * pale, 198 * pale),
            bag=bool(rng.random() < 0.4),
            seed=seed,
        )

    def _brush(self, width_units: float, height_units: float, height_px: int) -> Brush:
        return Brush(width_units, height_units, 1.5 * height_px / 8, np.random.default_rng(self.seed))

    def _head(self, brush: Brush, x: float, y: float, facing: float) -> None:
        """Head centred at (x, y). facing: 0 to the camera, ±1 to a side."""
        brush.limb([(x - 0.05 * facing, y + 0.45), (x - 0.1 * facing, y + 0.95)], [0.25, 0.3], _tint(self.skin, 0.8), folds=2)
        brush.disc((x, y), (0.42, 0.55), self.skin, folds=2)
        look = x + 0.13 * facing
        for side in (-0.15, 0.15):
            brush.disc((look + side, y - 0.03), (0.06, 0.035), (50, 55, 70), relief=0, folds=0)
        brush.disc((look + 0.03 * facing, y + 0.12), (0.05, 0.08), _tint(self.skin, 0.85), relief=0, folds=0)
        brush.disc((look, y + 0.29), (0.12, 0.03), (85, 90, 135), relief=0, folds=0)
        brush.disc((x - 0.06 * facing, y - 0.18), (0.47, 0.46), _HAIR, arc_degrees=(175, 365))
        if self.hat:
            brush.disc((x - 0.04 * facing, y - 0.2), (0.5, 0.5), self.hat, arc_degrees=(175, 365))
            brush.limb([(x - 0.45, y - 0.18), (x + 0.45, y - 0.18)], [0.1, 0.1], _tint(self.hat, 0.8), folds=3)
        else:
            brush.limb([(x - 0.42 - 0.02 * facing, y - 0.2), (x - 0.42, y + 0.1)], [0.1, 0.07], _HAIR, folds=2)
            brush.limb([(x + 0.42 - 0.06 * facing, y - 0.2), (x + 0.42, y + 0.1)], [0.1, 0.07], _HAIR, folds=2)

    def _leg(self, brush: Brush, hip: float, knee: tuple[float, float], ankle: tuple[float, float], *, toe: float, dim: float) -> None:
        brush.limb([(hip, 4.2), knee, ankle], [0.48, 0.36, 0.25], _tint(self.trousers, dim))
        brush.limb([(ankle[0], ankle[1] + 0.18), (ankle[0] + toe, ankle[1] + 0.28)], [0.24, 0.19], _tint(_SHOE, dim), folds=3)

    def upright(self, height_px: int, phase: float | None = None, *, folded: bool = False) -> Sprite:
        """Standing, or walking to the right at a moment of the stride (phase in radians). folded: arms before the chest."""
        brush = self._brush(4.6, 8.15, height_px)
        x = 2.3
        swing = 0.0 if phase is None else math.sin(phase)
        lift = 0.0 if phase is None else max(0.0, math.cos(phase))
        facing = 0.0 if phase is None else 0.8
        wide = 0.85 if phase is None else 0.68
        stance = 0.36 if phase is None else 0.14
        toe = 0.12 if phase is None else 0.36
        self._leg(
            brush,
            x + stance,
            (x + stance - 0.75 * swing + 0.15, 5.8),
            (x + stance - 1.15 * swing, 7.5 - 0.25 * (1 - lift) * (phase is not None)),
            toe=toe,
            dim=0.84,
        )
        self._arm(brush, x + wide * 0.92, swing, 0.84, folded=False)
        self._leg(
            brush,
            x - stance,
            (x - stance + 0.75 * swing + 0.12, 5.8),
            (x - stance + 1.15 * swing, 7.55),
            toe=toe if phase is not None else -0.12,
            dim=1.0,
        )
        hem = 4.75
        brush.patch(
            [
                (x - wide, 1.85),
                (x - 0.35, 1.5),
                (x + 0.35, 1.5),
                (x + wide, 1.85),
                (x + wide * 0.84, 3.1),
                (x + wide * 0.95, hem),
                (x - wide * 0.95, hem),
                (x - wide * 0.84, 3.1),
            ],
            self.coat,
        )
        brush.limb([(x + 0.25 * facing, 1.75), (x + 0.2 * facing, hem - 0.1)], [0.035, 0.035], _tint(self.coat, 0.6), relief=0, folds=0)
        if self.bag:
            brush.limb([(x - wide * 0.8, 2.3), (x - wide * 0.95, 3.6)], [0.3, 0.36], _tint(self.trousers, 0.75))
        self._arm(brush, x - wide * 0.92, -swing, 1.08, folded=folded)
        self._head(brush, x, 0.78, facing)
        brush.limb([(x - 0.34, 1.6), (x + 0.34, 1.6)], [0.2, 0.2], _tint(self.coat, 0.8))
        return brush.sprite().scaled(height_px).trimmed()

    def _arm(self, brush: Brush, shoulder: float, swing: float, dim: float, *, folded: bool) -> None:
        side = -1.0 if shoulder < 2.3 else 1.0
        elbow = (shoulder + side * 0.16 + 0.35 * swing, 3.2)
        hand = (shoulder - side * 1.0, 3.3) if folded else (shoulder + side * 0.1 + 0.85 * swing, 4.2)
        brush.limb([(shoulder, 2.0), elbow, hand], [0.33, 0.28, 0.22], _tint(self.coat, dim))
        brush.disc((hand[0], hand[1] + (0.05 if folded else 0.18)), (0.18, 0.2), self.skin, folds=2)

    def sitting(self, height_px: int) -> Sprite:
        """On the ground or a bench, seen from the side, facing right. height_px: of the same person standing."""
        brush = self._brush(5.2, 6.0, height_px)
        x = 1.7
        for shift, dim in ((0.16, 0.82), (0.0, 1.0)):
            brush.limb([(x + shift, 4.15), (x + 1.75 + shift, 3.8), (x + 1.8 + shift, 5.45)], [0.52, 0.38, 0.25], _tint(self.trousers, dim))
            brush.limb([(x + 1.8 + shift, 5.55), (x + 2.25 + shift, 5.66)], [0.23, 0.18], _tint(_SHOE, dim), folds=3)
        brush.limb([(x + 0.1, 1.95), (x, 4.2)], [0.6, 0.64], self.coat)
        brush.limb([(x + 0.12, 2.05), (x + 0.4, 3.25), (x + 1.25, 3.45)], [0.32, 0.27, 0.2], _tint(self.coat, 1.1))
        brush.disc((x + 1.42, 3.45), (0.18, 0.18), self.skin, folds=2)
        self._head(brush, x + 0.2, 0.85, 0.9)
        brush.limb([(x - 0.2, 1.68), (x + 0.45, 1.68)], [0.2, 0.2], _tint(self.coat, 0.8))
        return brush.sprite().scaled(round(height_px * 6 / 8)).trimmed()

    def lying(self, height_px: int, *, degrees: float = 90.0, squash: float = 0.85) -> Sprite:
        """On the ground with one knee drawn up. degrees: of the body's axis from upright, counter-clockwise."""
        brush = self._brush(4.6, 8.15, height_px)
        x = 2.3
        self._leg(brush, x + 0.32, (x + 0.75, 5.55), (x + 0.35, 6.95), toe=0.1, dim=0.84)
        self._arm(brush, x + 0.78, 0.0, 0.85, folded=False)
        self._leg(brush, x - 0.3, (x - 0.25, 5.9), (x - 0.35, 7.5), toe=-0.1, dim=1.0)
        brush.patch(
            [
                (x - 0.85, 1.85),
                (x - 0.35, 1.5),
                (x + 0.35, 1.5),
                (x + 0.85, 1.85),
                (x + 0.74, 3.1),
                (x + 0.8, 4.7),
                (x - 0.8, 4.7),
                (x - 0.74, 3.1),
            ],
            self.coat,
        )
        self._arm(brush, x - 0.78, 0.1, 1.08, folded=True)
        self._head(brush, x, 0.78, 0.2)
        brush.limb([(x - 0.34, 1.6), (x + 0.34, 1.6)], [0.2, 0.2], _tint(self.coat, 0.8))
        return brush.sprite().scaled(height_px).turned(degrees, squash)

    def stride(self, height_px: int) -> tuple[Sprite, ...]:
        """One whole stride to the right, STRIDE_FRAMES pictures of it."""
        return tuple(self.upright(height_px, 2 * math.pi * k / STRIDE_FRAMES) for k in range(STRIDE_FRAMES))
