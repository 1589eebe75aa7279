"""Soft shapes on a small canvas: what people and things are painted with."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
Colour = tuple[float, float, float]
Point = tuple[float, float]
_SUBPIXEL_BITS = 3


def grain(rng: np.random.Generator, height: int, width: int, cell_px: int, strength: float) -> Pixels:
    """Return smooth noise of shape (height, width): one random value every cell_px, cubic between them."""
    coarse = rng.normal(0, strength, (height // cell_px + 3, width // cell_px + 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


class Sprite:
    """A cut-out. colour: (h, w, 3) BGR 0..255. alpha: (h, w) 0..1."""

    def __init__(self, colour: Pixels, alpha: Pixels) -> None:
        self.colour = colour
        self.alpha = alpha

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.alpha.shape[0])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.alpha.shape[1])

    def mirrored(self) -> "Sprite":
        """Left for right."""
        return Sprite(np.ascontiguousarray(self.colour[:, ::-1]), np.ascontiguousarray(self.alpha[:, ::-1]))

    def trimmed(self) -> "Sprite":
        """Without the empty rows and columns around it."""
        rows = np.flatnonzero(self.alpha.max(1) > 0.3)
        columns = np.flatnonzero(self.alpha.max(0) > 0.3)
        window = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        return Sprite(np.ascontiguousarray(self.colour[window]), np.ascontiguousarray(self.alpha[window]))

    def turned(self, degrees: float, squash: float = 1.0) -> "Sprite":
        """Turned counter-clockwise, then flattened to `squash` of its height, as a body on the ground looks from a mast."""
        side = int(1.5 * max(self.height, self.width)) + 4
        turn = np.asarray(cv2.getRotationMatrix2D((self.width / 2, self.height / 2), degrees, 1.0), np.float64)
        turn[:, 2] += np.array([side - self.width, side - self.height]) / 2
        turn[1] *= squash
        size = (side, max(4, int(side * squash)))
        colour, alpha = (np.asarray(cv2.warpAffine(plane, turn, size), np.float32) for plane in (self.colour, self.alpha))
        return Sprite(colour, alpha).trimmed()

    def scaled(self, height: int) -> "Sprite":
        """With this many rows."""
        size = (max(2, round(self.width * height / self.height)), height)
        way = cv2.INTER_AREA if height < self.height else cv2.INTER_LINEAR
        colour, alpha = (np.asarray(cv2.resize(plane, size, interpolation=way), np.float32) for plane in (self.colour, self.alpha))
        return Sprite(colour, alpha)


class Brush:
    """Paints rounded, shaded shapes one over the other. Coordinates are in units of `unit` pixels."""

    def __init__(self, width_units: float, height_units: float, unit: float, rng: np.random.Generator) -> None:
        self._unit = unit
        self._shape = (int(height_units * unit), int(width_units * unit))
        self._rng = rng
        self._colour = np.zeros((*self._shape, 3), np.float32)
        self._alpha = np.zeros(self._shape, np.float32)
        # Light comes from the upper left: right sides are darker.
        self._side_light = np.linspace(1.13, 0.82, self._shape[1], dtype=np.float32)[None, :, None]

    def sprite(self) -> Sprite:
        """What was painted, with a soft edge."""
        return Sprite(self._colour, np.asarray(cv2.GaussianBlur(np.clip(self._alpha, 0, 1), (0, 0), 0.7), np.float32))

    def _paint(self, draw: Callable[[npt.NDArray[np.uint8]], object], colour: Colour, relief: float, folds: float) -> None:
        mask = np.zeros(self._shape, np.uint8)
        draw(mask)
        x, y, width, height = cv2.boundingRect(mask)
        margin = 3 + int(self._unit * 0.1)
        window = np.s_[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
        part = np.asarray(cv2.GaussianBlur(mask[window], (0, 0), max(0.5, self._unit * 0.03)), np.uint8)
        depth = cv2.distanceTransform((part > 127).astype(np.uint8), cv2.DIST_L2, 3)
        roundness = np.clip(depth / (depth.max() + 1e-6), 0, 1)
        shade = ((1 - relief) + relief * roundness)[..., None] * self._side_light[:, window[1]]
        cloth = np.asarray(colour, np.float32) * shade
        if folds:
            cloth += grain(self._rng, part.shape[0], part.shape[1], max(2, int(self._unit * 0.3)), folds)[..., None]
        cover = (part / 255.0).astype(np.float32)
        self._colour[window] += (cloth - self._colour[window]) * cover[..., None]
        self._alpha[window] = np.maximum(self._alpha[window], cover)

    def _fixed(self, points: Sequence[Point]) -> npt.NDArray[np.int32]:
        return (np.asarray(points) * self._unit * (1 << _SUBPIXEL_BITS)).astype(np.int32)

    def limb(self, joints: Sequence[Point], radii: Sequence[float], colour: Colour, relief: float = 0.4, folds: float = 6.0) -> None:
        """A tube through the joints whose radius goes from one to the next."""

        def draw(mask: npt.NDArray[np.uint8]) -> None:
            for (start, end), (first, last) in zip(pairwise(joints), pairwise(radii), strict=True):
                for t in np.linspace(0, 1, 14):
                    centre = self._fixed([(start[0] + (end[0] - start[0]) * t, start[1] + (end[1] - start[1]) * t)])[0]
                    radius = int((first + (last - first) * t) * self._unit * (1 << _SUBPIXEL_BITS))
                    cv2.circle(mask, (int(centre[0]), int(centre[1])), radius, 255, -1, cv2.LINE_AA, _SUBPIXEL_BITS)

        self._paint(draw, colour, relief, folds)

    def patch(self, outline: Sequence[Point], colour: Colour, relief: float = 0.35, folds: float = 6.0) -> None:
        """A filled outline."""
        self._paint(lambda mask: cv2.fillPoly(mask, [self._fixed(outline)], 255, cv2.LINE_AA, _SUBPIXEL_BITS), colour, relief, folds)

    def disc(
        self,
        centre: Point,
        radii: Point,
        colour: Colour,
        *,
        arc_degrees: tuple[float, float] = (0, 360),
        relief: float = 0.3,
        folds: float = 3.0,
    ) -> None:
        """An ellipse or a sector of it."""
        at, size = self._fixed([centre])[0], self._fixed([radii])[0]

        def draw(mask: npt.NDArray[np.uint8]) -> None:
            cv2.ellipse(mask, (int(at[0]), int(at[1])), (int(size[0]), int(size[1])), 0, *arc_degrees, 255, -1, cv2.LINE_AA, _SUBPIXEL_BITS)

        self._paint(draw, colour, relief, folds)
