"""A place, its light and its cast put together: the picture at any moment, and the truth about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
import numpy.typing as npt

from nuandeng.city.streets import indoors, outdoors
from nuandeng.city.streets.brush import Pixels, Sprite
from nuandeng.city.streets.cast import Action, Part, Pose, Prop, poses
from nuandeng.city.streets.figures import STRIDE_FRAMES, Person
from nuandeng.city.streets.light import Light, developed, exposed, illumination
from nuandeng.city.streets.place import Place
from nuandeng.city.streets.sheet import HEIGHT_PX, WIDTH_PX
from nuandeng.city.streets.stamp import Stamp
from nuandeng.city.streets.things import thing
from nuandeng.city.streets.weather import Weather


class Setting(StrEnum):
    """The places that can be drawn."""

    BUS_SHELTER = "bus_shelter"
    SHOP_STREET = "shop_street"
    PARK_BENCH = "park_bench"
    UNDERPASS = "underpass"
    BANK_LOBBY = "bank_lobby"


_PAINTERS: dict[Setting, Callable[[int], Place]] = {
    Setting.BUS_SHELTER: outdoors.bus_shelter,
    Setting.SHOP_STREET: outdoors.shop_street,
    Setting.PARK_BENCH: outdoors.park_bench,
    Setting.UNDERPASS: indoors.underpass,
    Setting.BANK_LOBBY: indoors.bank_lobby,
}
_STRIDES_PER_HEIGHT = 1.15


@dataclass(frozen=True, kw_only=True)
class FilmSpec:
    """Everything that decides a film. drawn_per_s: different pictures a second; rate: pictures a second in the file."""

    name: str
    setting: Setting
    light: Light
    seed: int
    seconds: int
    parts: tuple[Part, ...] = ()
    props: tuple[Prop, ...] = ()
    headlights_s: tuple[float, ...] = ()
    rate: int = 25
    drawn_per_s: float = 12.5


@dataclass(frozen=True)
class Seen:
    """The truth about one person: x0, y0, x1, y1 in pixels, cut to the picture."""

    person: int
    action: Action
    box: tuple[int, int, int, int]


class Scene:
    """Draws any moment of a film; the same moment is the same picture."""

    def __init__(self, spec: FilmSpec) -> None:
        self.spec = spec
        self._place = _PAINTERS[spec.setting](spec.seed)
        self._factor = illumination(self._place, spec.light)
        empty = exposed(self._place, spec.light, self._factor, spec.seed)
        self._empty = empty.astype(np.uint8)
        self.frames = round(spec.seconds * spec.drawn_per_s)
        self._weather = Weather(
            spec.light,
            indoors=self._place.indoors,
            frames=self.frames,
            seconds=spec.seconds,
            headlights_s=spec.headlights_s,
            seed=spec.seed,
        )
        self._stamp = Stamp()
        self._lit: dict[tuple[int, str, int, int, bool, int, float], Sprite] = {}
        self._strides: dict[tuple[int, int], tuple[Sprite, ...]] = {}
        self._things = [(prop, self._lit_thing(prop)) for prop in spec.props]
        self._posed: tuple[tuple[list[tuple[Part, Pose]], int], npt.NDArray[np.uint8]] | None = None

    def height_px(self, part: Part) -> int:
        """How tall this person is here."""
        return round(self._place.person_height_px(part.y) * part.scale)

    def _cut_out(self, part: Part, pose: Pose) -> Sprite:
        height = self.height_px(part)
        step = int(pose.stride_heights * _STRIDES_PER_HEIGHT * STRIDE_FRAMES) % STRIDE_FRAMES if pose.action is Action.WALKING else 0
        # Light changes on the way: a new cut-out every 48 px.
        patch = int(np.clip(pose.x, 0, WIDTH_PX - 1)) // 48
        key = (part.person, pose.action, height, step, pose.to_left, patch, part.degrees)
        if key not in self._lit:
            person = Person.random(part.person)
            match pose.action:
                case Action.WALKING:
                    sprite = self._stride(part.person, height)[step]
                case Action.STANDING:
                    sprite = person.upright(height, folded=part.person % 2 == 0)
                case Action.SITTING:
                    sprite = person.sitting(height)
                case Action.LYING:
                    sprite = person.lying(height, degrees=part.degrees, squash=part.squash)
            self._lit[key] = self._light_up(sprite.mirrored() if pose.to_left else sprite, patch * 48 + 24, part.y, height)
        return self._lit[key]

    def _stride(self, seed: int, height: int) -> tuple[Sprite, ...]:
        if (seed, height) not in self._strides:
            self._strides[seed, height] = Person.random(seed).stride(height)
        return self._strides[seed, height]

    def _lit_thing(self, prop: Prop) -> Sprite:
        height = self._place.person_height_px(prop.y)
        return self._light_up(thing(prop.thing, round(0.4 * height * prop.size), int(prop.x)), int(prop.x), prop.y, height)

    def _light_up(self, sprite: Sprite, x: int, foot: float, height: int) -> Sprite:
        rows = slice(max(0, int(foot - 0.6 * height)), max(1, min(HEIGHT_PX, int(foot))))
        columns = slice(max(0, x - 20), max(1, min(WIDTH_PX, x + 20)))
        factor = self._factor[rows, columns].mean((0, 1))
        if self.spec.light is Light.INFRARED:
            factor = factor * 1.15 + 0.05
        return Sprite(developed(sprite.colour * factor, self.spec.light), sprite.alpha)

    def _visible(self, at_s: float) -> list[tuple[Part, Pose]]:
        found = [(part, pose) for part in self.spec.parts for pose in poses(part, self.height_px(part), at_s)]
        return sorted(found, key=lambda entry: entry[0].y)

    def truth(self, at_s: float) -> list[Seen]:
        """Who is to be seen, at least a third of them inside the picture."""
        seen = []
        for part, pose in self._visible(at_s):
            if pose.opacity < 0.5:
                continue
            sprite = self._cut_out(part, pose)
            x0, y0 = _corner(sprite, pose.x, part.y)
            box = (max(0, x0), max(0, y0), min(WIDTH_PX, x0 + sprite.width), min(HEIGHT_PX, y0 + sprite.height))
            if box[2] - box[0] > sprite.width / 3 and box[3] > box[1]:
                seen.append(Seen(part.person, pose.action, box))
        return seen

    def empty(self) -> npt.NDArray[np.uint8]:
        """The place without people and weather, (576, 704, 3) BGR."""
        return self._empty.copy()

    def luma_chroma(self, frame: int) -> npt.NDArray[np.uint8]:
        """Picture number `frame` as I420, (864, 704)."""
        at_s = frame / self.spec.drawn_per_s
        visible = self._visible(at_s)
        things = [entry for entry in self._things if entry[0].appears_s <= at_s]
        # Most of the time nobody moves: then the last picture's people are this one's.
        if self._posed is None or self._posed[0] != (visible, len(things)):
            picture = self._empty.copy()
            for prop, sprite in things:
                _put(picture, sprite, prop.x, prop.y, 1.0)
            for part, pose in visible:
                _put(picture, self._cut_out(part, pose), pose.x, part.y, pose.opacity)
            self._posed = (visible, len(things)), np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)
        planes = self._posed[1].copy()
        self._weather.fall_on(planes[:HEIGHT_PX], frame)
        self._stamp.press(planes[:HEIGHT_PX], at_s)
        return planes

    def picture(self, at_s: float) -> npt.NDArray[np.uint8]:
        """The picture at a moment, (576, 704, 3) BGR."""
        return np.asarray(cv2.cvtColor(self.luma_chroma(int(at_s * self.spec.drawn_per_s) % self.frames), cv2.COLOR_YUV2BGR_I420), np.uint8)


def _corner(sprite: Sprite, x: float, foot: float) -> tuple[int, int]:
    return round(x - sprite.width / 2), round(foot - sprite.height)


def _put(picture: npt.NDArray[np.uint8], sprite: Sprite, x: float, foot: float, opacity: float) -> None:
    """Set a cut-out on the ground at (x, foot), with its shade."""
    x0, y0 = _corner(sprite, x, foot)
    _shade_ground(picture, sprite, x, foot, opacity)
    left, top = max(0, -x0), max(0, -y0)
    right, bottom = min(sprite.width, WIDTH_PX - x0), min(sprite.height, HEIGHT_PX - y0)
    if left >= right or top >= bottom:
        return
    window = picture[y0 + top : y0 + bottom, x0 + left : x0 + right]
    cover: Pixels = (sprite.alpha[top:bottom, left:right] * opacity)[..., None]
    window[:] = window + (sprite.colour[top:bottom, left:right] - window) * cover


def _shade_ground(picture: npt.NDArray[np.uint8], sprite: Sprite, x: float, foot: float, opacity: float) -> None:
    half, deep = int(sprite.width * 0.5), max(3, int(min(sprite.height, sprite.width) * 0.1))
    x0, x1 = max(0, int(x) - half - 8), min(WIDTH_PX, int(x) + half + 8)
    y0, y1 = max(0, int(foot) - deep - 6), min(HEIGHT_PX, int(foot) + deep + 6)
    if x0 >= x1 or y0 >= y1:
        return
    rows, columns = np.ogrid[y0:y1, x0:x1]
    depth = 0.5 * opacity * np.exp(-(((columns - x) / (half * 0.9 + 3)) ** 2 + ((rows - foot + 2) / (deep * 0.8)) ** 2) * 1.4)
    window = picture[y0:y1, x0:x1]
    window[:] = window * (1 - depth)[..., None]
