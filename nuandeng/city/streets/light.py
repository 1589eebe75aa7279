"""Day, cloud, night, rain, snow and infrared: how much light falls where, and what the camera makes of it."""

from enum import StrEnum

import cv2
import numpy as np

from nuandeng.city.streets.brush import Pixels, grain
from nuandeng.city.streets.place import Place
from nuandeng.city.streets.sheet import HEIGHT_PX, WIDTH_PX


class Light(StrEnum):
    """RAIN and SNOW are at night, when the product is needed; SNOW_DAY is not."""

    DAY = "day"
    CLOUD = "cloud"
    NIGHT = "night"
    RAIN = "rain"
    SNOW = "snow"
    SNOW_DAY = "snow_day"
    INFRARED = "infrared"


DARK = frozenset({Light.NIGHT, Light.RAIN, Light.SNOW, Light.INFRARED})
_SKY: dict[Light, tuple[float, float, float]] = {
    Light.DAY: (1.0, 1.02, 1.05),
    Light.CLOUD: (0.8, 0.78, 0.76),
    Light.SNOW_DAY: (0.92, 0.88, 0.86),
    Light.NIGHT: (1.25, 1.0, 0.85),
    Light.RAIN: (1.2, 1.0, 0.88),
    Light.SNOW: (1.45, 1.25, 1.12),
}
SENSOR_NOISE: dict[Light, float] = {
    Light.DAY: 1.0,
    Light.CLOUD: 1.1,
    Light.NIGHT: 1.5,
    Light.RAIN: 1.5,
    Light.SNOW: 1.5,
    Light.SNOW_DAY: 1.1,
    Light.INFRARED: 1.8,
}
_ROWS, _COLUMNS = np.mgrid[0:HEIGHT_PX, 0:WIDTH_PX].astype(np.float32)


def illumination(place: Place, light: Light) -> Pixels:
    """Return (576, 704, 3): the factor on what surfaces reflect."""
    if place.indoors and light is not Light.INFRARED:
        ambient = np.full((HEIGHT_PX, WIDTH_PX, 3), place.night_ambient, np.float32)
        return ambient + _pools(place)
    if light is Light.INFRARED:
        # One ring of diodes around the lens: bright in the middle, black at the far corners.
        distance = ((_COLUMNS - WIDTH_PX / 2) / 430) ** 2 + ((_ROWS - 400) / 380) ** 2
        return np.repeat((0.16 + 0.85 * np.exp(-distance * 1.3))[..., None], 3, 2).astype(np.float32)
    if light in DARK:
        ambient = np.empty((HEIGHT_PX, WIDTH_PX, 3), np.float32)
        ambient[:] = np.asarray(_SKY[light], np.float32) * place.night_ambient
        return ambient + _pools(place)
    return np.full((HEIGHT_PX, WIDTH_PX, 3), 1.0, np.float32) * np.asarray(_SKY[light], np.float32)


def _pools(place: Place) -> Pixels:
    total = np.zeros((HEIGHT_PX, WIDTH_PX, 3), np.float32)
    for lamp in place.lamps:
        dx, dy = (_COLUMNS - lamp.x) / lamp.radius_x_px, (_ROWS - lamp.y) / lamp.radius_y_px
        if lamp.beam_px:
            # What stands in the pool is lit as high as the beam reaches.
            dy = np.where(lamp.y > _ROWS, np.maximum(0, lamp.y - lamp.beam_px - _ROWS) / lamp.radius_y_px, dy)
        fall = lamp.strength * np.exp(-1.6 * (dx * dx + dy * dy))
        total += fall[..., None] * (np.asarray(lamp.colour, np.float32) / 235)
    return total


def exposed(place: Place, light: Light, factor: Pixels, seed: int) -> Pixels:
    """Return the empty place as the camera sees it, (576, 704, 3) BGR 0..255."""
    albedo = place.albedo
    if light in {Light.SNOW, Light.SNOW_DAY} and not place.indoors:
        rng = np.random.default_rng(seed)
        drift = np.clip(0.66 + grain(rng, HEIGHT_PX, WIDTH_PX, 46, 0.1) + grain(rng, HEIGHT_PX, WIDTH_PX, 5, 0.05), 0, 0.92) * place.ground
        albedo = albedo + (np.asarray((222, 216, 212), np.float32) - albedo) * drift[..., None]
    if light is Light.RAIN and not place.indoors:
        albedo = albedo * (1 - 0.3 * place.ground[..., None])
    lamps = {Light.DAY: 0.6, Light.CLOUD: 0.6, Light.SNOW_DAY: 0.6, Light.INFRARED: 0.3}.get(light, 0.95) if not place.indoors else 0.95
    shown = np.maximum(albedo * factor, place.glow * lamps) + 0.25 * place.glow * lamps
    if light is Light.RAIN and not place.indoors:
        # Wet ground mirrors what shines above it.
        mirrored = cv2.GaussianBlur(cv2.flip(place.glow, 0), (0, 0), sigmaX=3, sigmaY=22)
        shown += 0.35 * np.roll(mirrored, -40, axis=0) * place.ground[..., None]
    return developed(np.asarray(cv2.GaussianBlur(shown, (0, 0), 0.8), np.float32), light, vignette=True)


def developed(shown: Pixels, light: Light, *, vignette: bool = False) -> Pixels:
    """The camera's own part: no colour by infrared, pale by day, a little dark in the corners."""
    if light is Light.INFRARED:
        shown = np.repeat(shown @ np.asarray([[0.2], [0.35], [0.45]], np.float32), 3, 2) * 1.05 + 4
    elif light in DARK:
        shown = shown * 0.98 + np.asarray((7, 4, 3), np.float32)
    else:
        grey = shown.mean(2, keepdims=True)
        shown = grey + (shown - grey) * 0.85 + 6
    if vignette:
        shown = shown * (1 - 0.22 * (((_COLUMNS - 352) / 352) ** 2 + ((_ROWS - 288) / 288) ** 2) / 2)[..., None]
    return np.clip(shown, 0, 255).astype(np.float32)
