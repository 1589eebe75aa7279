"""Writes a drawn film as H.264 and says what is in it."""

import json
import os
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from nuandeng.city.streets.scene import FilmSpec, Scene, Seen
from nuandeng.city.streets.sheet import HEIGHT_PX, WIDTH_PX

KEYFRAME_EVERY_S = 2


@dataclass(frozen=True)
class FilmTruth:
    """Who is to be seen at second 0, 1, 2 … of the film."""

    seconds: tuple[tuple[Seen, ...], ...]

    def to_json(self) -> str:
        """`{"seconds": [[{"person", "action", "box": [x0, y0, x1, y1]}]]}`, pixels."""
        return json.dumps(
            {"seconds": [[{"person": s.person, "action": s.action, "box": s.box} for s in second] for second in self.seconds]}
        )


def truth_path(film: Path) -> Path:
    """Where the truth about a film lies."""
    return film.with_suffix(".truth.json")


def draw_film(spec: FilmSpec, path: Path) -> FilmTruth:
    """Draw `spec` into an MP4 at `path`, its truth beside it. The file appears when it is whole; the same spec gives the same bytes.

    Raises:
        ValueError: the length is no multiple of the keyframe interval, so the film could not begin again without a gap.
    """
    if spec.seconds % KEYFRAME_EVERY_S:
        raise ValueError(f"{spec.name}: {spec.seconds} s is no multiple of {KEYFRAME_EVERY_S} s")
    scene = Scene(spec)
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with av.open(str(unfinished), "w", format="mp4", options={"movflags": "faststart"}) as container:
            _encode(scene, container)
        truth = FilmTruth(tuple(tuple(scene.truth(float(second))) for second in range(spec.seconds)))
        truth_path(path).write_text(truth.to_json())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return truth


def _encode(scene: Scene, container: av.container.OutputContainer) -> None:
    spec = scene.spec
    stream = container.add_stream("libx264", rate=spec.rate)
    stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
    stream.codec_context.thread_count = 1  # more threads give other bytes on other machines
    interval = str(spec.rate * KEYFRAME_EVERY_S)
    stream.options = {
        "preset": "ultrafast",
        "crf": "28",
        "g": interval,
        "keyint_min": interval,
        "sc_threshold": "0",
        "bf": "0",
        # A camera repeats its parameters at every keyframe; a viewer may join at any.
        "x264-params": "repeat-headers=1",
    }
    drawn = -1
    for number in range(spec.seconds * spec.rate):
        wanted = int(number * spec.drawn_per_s / spec.rate)
        if wanted != drawn:
            drawn, frame = wanted, av.VideoFrame.from_ndarray(scene.luma_chroma(wanted), format="yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, spec.rate)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
