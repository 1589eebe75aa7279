"""Falling snow and rain, sensor noise and passing headlights: layers over the luma plane that come round with the film."""

import cv2
import numpy as np
import numpy.typing as npt

from nuandeng.city.streets.brush import grain
from nuandeng.city.streets.light import DARK, SENSOR_NOISE, Light
from nuandeng.city.streets.sheet import HEIGHT_PX, WIDTH_PX

Luma = npt.NDArray[np.uint8]
_NOISE_ROOM_PX = 64
_NOISE_CELL_PX = 3
_CAR_CROSSES_S = 2.4


class Weather:
    """frames: pictures until the film begins again; every layer has then moved by whole heights."""

    def __init__(self, light: Light, *, indoors: bool, frames: int, seconds: float, headlights_s: tuple[float, ...], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self._frames, self._seconds = frames, seconds
        self._layers: list[tuple[Luma, int]] = []
        if not indoors and light in {Light.SNOW, Light.SNOW_DAY}:
            self._layers = [
                (_flakes(rng, count, radius_px, brightness), round(fall_px_s * seconds / HEIGHT_PX))
                for count, radius_px, brightness, fall_px_s in ((260, 1, 70, 55), (110, 2, 110, 90), (22, 3, 130, 150))
            ]
        elif not indoors and light is Light.RAIN:
            self._layers = [
                (_streaks(rng, 240, 10, 26), round(700 * seconds / HEIGHT_PX)),
                (_streaks(rng, 60, 20, 40), round(1100 * seconds / HEIGHT_PX)),
            ]
        # Blotchy, as after a camera's own smoothing; fine grain would not outlive the coding. Every picture has another window of it.
        noise = grain(rng, HEIGHT_PX + _NOISE_ROOM_PX, WIDTH_PX + _NOISE_ROOM_PX, _NOISE_CELL_PX, SENSOR_NOISE[light])
        self._brighter, self._darker = (np.clip(np.round(sign * noise), 0, 255).astype(np.uint8) for sign in (1, -1))
        self._headlights_s = headlights_s if light in DARK and not indoors else ()
        y, x = np.mgrid[-70:70, -150:150].astype(np.float32)
        self._beam = (80 * np.exp(-((x / 80) ** 2 + (y / 30) ** 2))).astype(np.uint8)

    def fall_on(self, luma: Luma, frame: int) -> None:
        """Draw onto a (576, 704) luma plane in place."""
        for layer, heights in self._layers:
            shift = (frame * heights * HEIGHT_PX // self._frames) % HEIGHT_PX
            cv2.add(luma, layer[HEIGHT_PX - shift : 2 * HEIGHT_PX - shift], luma)
        at_s = frame * self._seconds / self._frames
        for passes_s in self._headlights_s:
            share = (at_s - passes_s) / _CAR_CROSSES_S
            if 0 <= share <= 1:
                self._shine(luma, int(-150 + share * (WIDTH_PX + 300)), 430)
        # 29 and 41 have no factor in common with 64: the window comes back after 64 pictures only.
        y, x = frame * 29 % _NOISE_ROOM_PX, frame * 41 % _NOISE_ROOM_PX
        window = np.s_[y : y + HEIGHT_PX, x : x + WIDTH_PX]
        cv2.add(luma, self._brighter[window], luma)
        cv2.subtract(luma, self._darker[window], luma)

    def _shine(self, luma: Luma, x: int, y: int) -> None:
        left, right = max(0, x - 150), min(WIDTH_PX, x + 150)
        if left < right:
            window = luma[y - 70 : y + 70, left:right]
            cv2.add(window, self._beam[:, left - x + 150 : right - x + 150], window)


def _tile(picture: Luma) -> Luma:
    return np.vstack([picture, picture])


def _flakes(rng: np.random.Generator, count: int, radius_px: int, brightness: int) -> Luma:
    picture = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    for x, y in zip(rng.integers(0, WIDTH_PX, count), rng.integers(0, HEIGHT_PX, count), strict=True):
        for wrapped in (y, y - HEIGHT_PX):
            cv2.circle(picture, (int(x), int(wrapped)), radius_px, brightness, -1, cv2.LINE_AA)
    return _tile(np.asarray(cv2.GaussianBlur(picture, (0, 0), 0.5 + 0.3 * radius_px), np.uint8))


def _streaks(rng: np.random.Generator, count: int, length_px: int, brightness: int) -> Luma:
    picture = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint8)
    for x, y in zip(rng.integers(0, WIDTH_PX, count), rng.integers(0, HEIGHT_PX, count), strict=True):
        for wrapped in (y, y - HEIGHT_PX):
            cv2.line(picture, (int(x), int(wrapped)), (int(x - length_px // 5), int(wrapped + length_px)), brightness, 1, cv2.LINE_AA)
    return _tile(picture)
