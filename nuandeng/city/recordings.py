"""Recorded detections: what the real pipeline saw in the demo city's films, to be replayed for cameras that are not live."""

import os
from pathlib import Path

import av
import msgspec

from camera_adapters.frames import Frame
from camera_adapters.vision import Detector
from camera_adapters.vision_sight import VisionSightMaker
from contracts.values import Box
from nuandeng.city.films import films_dir
from nuandeng.city.streets.programme import CITY_FILMS, film_path

# The camera's own clock in a recording begins here; the pipeline needs times, not dates.
_START_MS = 1_700_000_000_000


class RecordedLook(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen at one moment of a film, seconds from its beginning."""

    at_s: float
    boxes: tuple[Box, ...]


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One film's looks. seconds: its length."""

    film: str
    seconds: int
    looks: tuple[RecordedLook, ...]

    @property
    def stays(self) -> bool:
        """Whether somebody is in most of its looks: such a film is shown now and then only."""
        return sum(bool(look.boxes) for look in self.looks) > len(self.looks) * 0.75


def recordings(models: Path) -> tuple[Recording, ...]:
    """Return a recording of each film, made on the first call and kept beside the films. Needs the films and the models."""
    path = films_dir() / "recordings.json"
    newest = max(film_path(films_dir(), spec).stat().st_mtime for spec in CITY_FILMS)
    if not path.exists() or path.stat().st_mtime < newest:
        made = _record(models)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(msgspec.json.encode(made))
        unfinished.replace(path)
    return msgspec.json.decode(path.read_bytes(), type=tuple[Recording, ...])


def _record(models: Path) -> tuple[Recording, ...]:
    make_sight = VisionSightMaker(Detector.load(models))
    made = []
    for spec in CITY_FILMS:
        looks = []
        sight = make_sight(spec.name, 704, 576)
        with av.open(str(film_path(films_dir(), spec))) as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            for picture in container.decode(stream):
                at_s = float(picture.time or 0.0)
                seen = sight.see(Frame(picture, _START_MS + round(at_s * 1000)))
                looks.append(RecordedLook(at_s=at_s, boxes=seen.boxes))
        made.append(Recording(film=spec.name, seconds=spec.seconds, looks=tuple(looks)))
    return tuple(made)
