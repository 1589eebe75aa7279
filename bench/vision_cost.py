"""What watching costs: CPU per camera-second, decode included, on one thread, and how many cameras that makes for a core.

`python -m bench.vision_cost [--out bench/results/vision.json]` draws 704 x 576 at 25 pictures a second with a keyframe every 2 s.
"""

import argparse
import json
import time
from pathlib import Path

from bench.full_decode import cost_ms
from bench.vision_scenes import FILMS, bgr, keyframes, luma
from camera_adapters.vision import CameraPipeline, Detector, QualityWatch, VisionSettings
from nuandeng.checkout import cache_dir
from nuandeng.city.streets.cast import Action, Part
from nuandeng.city.streets.film import draw_film
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Setting

_LOOPS = 3
_CROWD = tuple(
    Part(
        person=60 + k,
        action=(Action.STANDING, Action.LYING, Action.SITTING)[k % 3],
        x=90.0 + 105 * k,
        y=330.0 + 55 * (k % 4),
        arrives_s=0.0,
        leaves_s=60.0,
        walks=False,
    )
    for k in range(6)
)
_ONE = (Part(person=61, action=Action.LYING, x=330.0, y=420.0, arrives_s=0.0, leaves_s=60.0, walks=False),)
CASES = {
    "quiet": ((), (Light.DAY, Light.NIGHT, Light.SNOW, Light.RAIN)),
    "one_person": (_ONE, (Light.NIGHT, Light.SNOW)),
    "crowd_of_six": (_CROWD, (Light.NIGHT, Light.SNOW)),
}
CITY = 193
_WITH_SOMEBODY = 0.1


def film(name: str, parts: tuple[Part, ...], light: Light, folder: Path) -> Path:
    """Draw it unless it is there."""
    path = folder / f"cost-{name}-{light}.mp4"
    if not path.exists():
        draw_film(
            FilmSpec(name=name, setting=Setting.BUS_SHELTER, light=light, seed=5, seconds=60, parts=parts, headlights_s=(13.0, 41.0)), path
        )
    return path


def cost(path: Path, detector: Detector) -> dict[str, float]:
    """Run one camera over some loops of a film; the first minute, in which the background is learned, does not count."""
    pipeline, quality = CameraPipeline(detector, VisionSettings(), (704, 576), phase_s=40), QualityWatch()
    spent_s = decode_s = 0.0
    for loop in range(_LOOPS + 1):
        began, stepped_s = time.process_time(), 0.0
        for at_s, frame in keyframes(path):
            before = time.process_time()
            small = luma(frame)
            quality.look(loop * 60 + at_s, small)
            pipeline.step(loop * 60 + at_s, small, lambda frame=frame: bgr(frame))  # type: ignore[misc]
            stepped_s += time.process_time() - before
        if loop:
            spent_s += stepped_s
            decode_s += time.process_time() - began - stepped_s
    seconds = _LOOPS * 60
    return {
        "decode_ms": decode_s * 1000 / seconds,
        "pipeline_ms": spent_s * 1000 / seconds,
        "tests_per_s": pipeline.counts.tests / (seconds + 60),
    }


def measure() -> dict[str, float]:
    """Cameras a core, one person in view in a tenth of them, and how many times as many that is as with every picture decoded."""
    detector = Detector.load(cache_dir() / "models")
    ours_ms = usual_ms = 0.0
    for name, share in (("quiet", 1 - _WITH_SOMEBODY), ("one_person", _WITH_SOMEBODY)):
        parts, lights = CASES[name]
        for light in lights:
            path = film(name, parts, light, FILMS)
            found = cost(path, detector)
            ours_ms += share * (found["decode_ms"] + found["pipeline_ms"]) / len(lights)
            usual_ms += share * cost_ms(path, detector) / len(lights)
    return {
        "cameras_per_core": 1000 / ours_ms,
        "cameras_full_decode_per_core": 1000 / usual_ms,
        "cameras_vs_full_decode": usual_ms / ours_ms,
    }


def main() -> None:
    """Print the figures and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path)
    parser.add_argument("--films", type=Path, default=FILMS)
    chosen = parser.parse_args()
    detector = Detector.load(cache_dir() / "models")
    result: dict[str, dict[str, float]] = {}
    for name, (parts, lights) in CASES.items():
        runs = [cost(film(name, parts, light, chosen.films), detector) for light in lights]
        mean = {key: sum(run[key] for run in runs) / len(runs) for key in runs[0]}
        both = mean["decode_ms"] + mean["pipeline_ms"]
        result[name] = {key: round(value, 2) for key, value in mean.items()} | {
            "cameras_per_core": round(1000 / both),
            "cores_for_193": round(CITY * both / 1000, 2),
        }
    print(json.dumps(result, indent=1))
    if chosen.out:
        earlier = json.loads(chosen.out.read_text()) if chosen.out.exists() else {}
        chosen.out.write_text(json.dumps(earlier | {"cost": result}, indent=1) + "\n")


if __name__ == "__main__":
    main()
