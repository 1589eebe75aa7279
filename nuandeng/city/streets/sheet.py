"""The large canvas a place is painted on: what things reflect, what shines by itself, and where snow would lie."""

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from nuandeng.city.streets.brush import Colour, Pixels, Point, grain
from nuandeng.city.streets.signs import strokes_of

WIDTH_PX, HEIGHT_PX = 704, 576


class Sheet:
    """Coordinates are pixels of a 704 x 576 picture. albedo: BGR under full light. glow: BGR that lamps and screens emit. ground: 0..1."""

    def __init__(self, seed: int, base: Colour) -> None:
        self.rng = np.random.default_rng(seed)
        self.albedo: Pixels = np.empty((HEIGHT_PX, WIDTH_PX, 3), np.float32)
        self.albedo[:] = base
        self.glow: Pixels = np.zeros_like(self.albedo)
        self.ground: Pixels = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)

    @staticmethod
    def _window(points: Sequence[Point], margin_px: int) -> tuple[slice, slice]:
        """The part of the picture around the points, never empty."""
        x, y = np.asarray(points, np.float32).T
        x0, y0 = int(np.clip(x.min() - margin_px, 0, WIDTH_PX - 2)), int(np.clip(y.min() - margin_px, 0, HEIGHT_PX - 2))
        x1, y1 = int(np.clip(x.max() + margin_px + 1, x0 + 2, WIDTH_PX)), int(np.clip(y.max() + margin_px + 1, y0 + 2, HEIGHT_PX))
        return slice(y0, y1), slice(x0, x1)

    @staticmethod
    def _fixed(points: Sequence[Point], window: tuple[slice, slice]) -> npt.NDArray[np.int32]:
        corner = np.array([window[1].start, window[0].start], np.float64)
        return ((np.asarray(points, np.float64) - corner) * 8).astype(np.int32)

    def _cover(self, outline: Sequence[Point], window: tuple[slice, slice]) -> Pixels:
        mask = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)
        cv2.fillPoly(mask, [self._fixed(outline, window)], 255, cv2.LINE_AA, 3)
        return np.asarray(mask / 255, np.float32)

    def _stroke(self, points: Sequence[Point], thickness_px: int, window: tuple[slice, slice]) -> Pixels:
        mask = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), np.uint8)
        cv2.polylines(mask, [self._fixed(points, window)], False, 255, thickness_px, cv2.LINE_AA, 3)
        return np.asarray(mask[..., None] / 255, np.float32)

    def fill(self, outline: Sequence[Point], colour: Colour, *, rough: float = 3.0, ground: bool = False, opacity: float = 1.0) -> None:
        """A surface; ground: snow settles on it."""
        window = self._window(outline, 2)
        cover = self._cover(outline, window) * opacity
        paint = np.zeros(cover.shape, np.float32)
        for cell_px, share in ((2, 0.7), (9, 0.7), (60, 1.0)):
            paint += grain(self.rng, cover.shape[0], cover.shape[1], cell_px, rough * share)
        self.albedo[window] += (paint[..., None] + np.asarray(colour, np.float32) - self.albedo[window]) * cover[..., None]
        if opacity == 1.0:
            self.glow[window] *= 1 - cover[..., None]
            self.ground[window] = np.maximum(self.ground[window], cover) if ground else self.ground[window] * (1 - cover)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour, *, rough: float = 3.0, opacity: float = 1.0) -> None:
        """A surface that stands upright."""
        self.fill([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, rough=rough, opacity=opacity)

    def shine(self, outline: Sequence[Point], colour: Colour, *, bloom_px: float = 6.0) -> None:
        """A lit surface with a halo."""
        window = self._window(outline, int(3 * bloom_px) + 2)
        cover = self._cover(outline, window)
        halo = np.asarray(cv2.GaussianBlur(cover, (0, 0), bloom_px), np.float32) * 0.55
        self.albedo[window] *= 1 - 0.6 * cover[..., None]
        self.glow[window] = np.maximum(self.glow[window], np.maximum(cover, halo)[..., None] * np.asarray(colour, np.float32))

    def line(self, points: Sequence[Point], colour: Colour, thickness_px: int = 1, opacity: float = 1.0) -> None:
        """A stroke; what shone behind it is covered."""
        window = self._window(points, thickness_px + 2)
        cover = self._stroke(points, thickness_px, window) * opacity
        self.albedo[window] += (np.asarray(colour, np.float32) - self.albedo[window]) * cover
        self.glow[window] *= 1 - cover

    def shadow(self, outline: Sequence[Point], depth: float, blur_px: float) -> None:
        """Darken softly."""
        window = self._window(outline, int(3 * blur_px))
        self.albedo[window] *= (
            1 - depth * np.asarray(cv2.GaussianBlur(self._cover(outline, window), (0, 0), blur_px), np.float32)[..., None]
        )

    def write(self, text: str, x: float, y: float, size_px: float, colour: Colour, *, lit: bool = False, thickness_px: int = 2) -> None:
        """Characters of signs.py from (x, y), upper left. lit: they shine."""
        for k, character in enumerate(text):
            for stroke in strokes_of(character):
                points = [(x + k * size_px * 1.12 + px * size_px, y + py * size_px) for px, py in stroke]
                if lit:
                    window = self._window(points, thickness_px + 2)
                    stroke_cover = self._stroke(points, thickness_px, window)
                    self.glow[window] = np.maximum(self.glow[window], stroke_cover * np.asarray(colour, np.float32))
                else:
                    self.line(points, colour, thickness_px)
