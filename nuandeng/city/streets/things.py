"""Things that people leave behind and that are nobody: what the detector must not take for somebody."""

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from nuandeng.city.streets.brush import Brush, Colour, Sprite


class Thing(StrEnum):
    """What can stand or lie about."""

    SUITCASE = "suitcase"
    BOX = "box"
    BAG = "bag"
    CONE = "cone"
    BLANKET = "blanket"


def _suitcase(brush: Brush, colour: Colour) -> None:
    brush.limb([(2.6, 0.8), (2.6, 2.4)], [0.08, 0.08], (60, 60, 62), folds=0)
    brush.limb([(3.4, 0.8), (3.4, 2.4)], [0.08, 0.08], (60, 60, 62), folds=0)
    brush.limb([(2.6, 0.8), (3.4, 0.8)], [0.12, 0.12], (60, 60, 62), folds=0)
    brush.patch([(1.8, 2.3), (4.2, 2.3), (4.2, 7.4), (1.8, 7.4)], colour)
    for x in (2.1, 3.9):
        brush.disc((x, 7.6), (0.3, 0.3), (40, 40, 42))


def _box(brush: Brush, _colour: Colour) -> None:
    brush.patch([(0.6, 3.0), (5.6, 2.6), (5.6, 7.6), (0.6, 7.8)], (105, 148, 182), relief=0.1)
    brush.patch([(2.8, 2.85), (3.3, 2.8), (3.3, 5.2), (2.8, 5.2)], (130, 175, 205), relief=0.1)


def _bag(brush: Brush, colour: Colour) -> None:
    brush.disc((3.0, 5.2), (2.3, 2.5), colour, folds=14)
    brush.limb([(2.6, 2.9), (3.0, 1.6), (3.4, 2.9)], [0.4, 0.25, 0.4], colour, folds=10)


def _cone(brush: Brush, _colour: Colour) -> None:
    brush.patch([(0.8, 7.3), (5.2, 7.3), (5.2, 7.9), (0.8, 7.9)], (40, 80, 200))
    brush.patch([(2.7, 0.6), (3.3, 0.6), (4.4, 7.3), (1.6, 7.3)], (40, 90, 225))
    brush.patch([(2.4, 3.0), (3.6, 3.0), (3.9, 4.7), (2.1, 4.7)], (215, 218, 220))


def _blanket(brush: Brush, colour: Colour) -> None:
    outline = [(0.2, 7.2), (0.7, 6.1), (1.8, 6.3), (2.7, 5.4), (3.8, 5.9), (4.9, 5.6), (5.8, 6.7), (5.6, 7.7), (3.0, 7.9), (0.8, 7.8)]
    brush.patch(outline, colour, folds=16)


_PAINTERS: dict[Thing, Callable[[Brush, Colour], None]] = {
    Thing.SUITCASE: _suitcase,
    Thing.BOX: _box,
    Thing.BAG: _bag,
    Thing.CONE: _cone,
    Thing.BLANKET: _blanket,
}


def thing(kind: Thing, height_px: int, seed: int) -> Sprite:
    """Return a thing beside which a person is height_px / 0.4 tall."""
    rng = np.random.default_rng(seed)
    colour: Colour = (float(rng.uniform(35, 150)), float(rng.uniform(35, 150)), float(rng.uniform(35, 150)))
    brush = Brush(6.0, 8.1, 1.5 * height_px / 8, rng)
    _PAINTERS[kind](brush, colour)
    painted = brush.sprite()
    return painted.scaled(max(8, round(painted.height / 1.5))).trimmed()
