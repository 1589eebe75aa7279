"""How many of the drawn people are found, how soon, and how often nobody is taken for somebody.

`python -m bench.vision_recall [--seeds N] [--out bench/results/vision.json]`; real footage (vtest.avi) is added when
../shared/data or NUANDENG_SHARED_DATA has it.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import av

from bench.vision_scenes import FILMS, OBLIQUE, SECONDS, bgr, film_of, keyframes, luma, sequence
from camera_adapters.vision import CameraPipeline, Detector, VisionSettings
from camera_adapters.vision.boxes import Box, inside_share, overlap
from contracts.terms import Posture
from nuandeng.checkout import cache_dir
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Scene, Seen

POSTURES = ("standing", "walking", "lying", OBLIQUE, "sitting")
LIGHTS = (Light.DAY, Light.CLOUD, Light.NIGHT, Light.SNOW, Light.RAIN, Light.INFRARED)
NEVER_S = 1e9


@dataclass
class Outcome:
    """One sequence. waits_s: from each appearance to the first alarm on it. kept: looks with an alarm in the last 4 s, of looks."""

    posture: str
    light: Light
    waits_s: list[float] = field(default_factory=list)
    kept: tuple[int, int] = (0, 0)
    said: dict[str, int] = field(default_factory=dict)
    false_spots: int = 0
    cpu_s: float = 0.0


def on_target(found: Box, truth: Seen) -> bool:
    """Whether an alarm is about this person."""
    shared = overlap(found, truth.box)
    middle = truth.box[0] < (found[0] + found[2]) / 2 < truth.box[2] and truth.box[1] < (found[1] + found[3]) / 2 < truth.box[3]
    return shared > 0.25 or (shared > 0.15 and middle)


def run(spec: FilmSpec, posture: str, detector: Detector, folder: Path) -> Outcome:
    """Run the pipeline over one film."""
    scene, path = Scene(spec), film_of(spec, folder)
    pipeline = CameraPipeline(detector, VisionSettings(), (704, 576), phase_s=spec.seed * 17.0)
    outcome = Outcome(posture, spec.light)
    alarms: list[tuple[float, Box]] = []
    spots: list[Box] = []
    last_hit_s, kept, looks = -NEVER_S, 0, 0
    for at_s, frame in keyframes(path):
        truth = scene.truth(at_s)
        began = time.process_time()
        found = [d for d in pipeline.step(at_s, luma(frame), lambda frame=frame: bgr(frame)) if d.alarm]  # type: ignore[misc]
        outcome.cpu_s += time.process_time() - began
        for detection in found:
            if any(on_target(detection.box, person) for person in truth):
                alarms.append((at_s, detection.box))
                outcome.said[detection.posture] = outcome.said.get(detection.posture, 0) + 1
            elif not any(overlap(detection.box, person.box) > 0.1 for person in truth) and not any(
                overlap(spot, detection.box) > 0.3 for spot in spots
            ):
                spots.append(detection.box)
        if truth:
            looks += 1
            if any(any(on_target(d.box, person) for person in truth) for d in found):
                last_hit_s = at_s
            kept += at_s - last_hit_s <= 4.1
    starts = [part.arrives_s for part in spec.parts]
    for start_s in starts:
        later = [at_s - start_s for at_s, _ in alarms if start_s <= at_s < start_s + 22 + (SECONDS if len(starts) == 1 else 0)]
        outcome.waits_s.append(later[0] if later else NEVER_S)
    outcome.kept, outcome.false_spots = (kept, looks), len(spots)
    return outcome


def share(values: list[float], limit: float) -> float:
    """Share of values at or below the limit."""
    return round(sum(value <= limit for value in values) / len(values), 2) if values else 0.0


def table(outcomes: list[Outcome]) -> dict[str, object]:
    """Figures per posture and light."""
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        for light in (outcome.light.value, "all"):
            groups[outcome.posture, light].append(outcome)
    rows: dict[str, object] = {}
    for (posture, light), members in sorted(groups.items()):
        waits = [wait for member in members for wait in member.waits_s]
        said: dict[str, int] = defaultdict(int)
        for member in members:
            for name, count in member.said.items():
                said[name] += count
        looks = sum(member.kept[1] for member in members)
        rows[f"{posture}/{light}"] = {
            "appearances": len(waits),
            "within_5_s": share(waits, 5),
            "within_15_s": share(waits, 15),
            "ever": share(waits, NEVER_S - 1),
            "looks_with_a_report_in_4_s": round(sum(member.kept[0] for member in members) / looks, 2) if looks else None,
            "posture_said": dict(said),
        }
    hours = len(outcomes) * SECONDS / 3600
    cpu = sum(outcome.cpu_s for outcome in outcomes)
    return {
        "sequences": len(outcomes),
        "rows": rows,
        "false_spots_per_camera_hour": round(sum(o.false_spots for o in outcomes) / hours, 1),
        "false_spots_per_camera_hour_by_light": {
            light.value: round(
                sum(o.false_spots for o in outcomes if o.light is light) / (sum(o.light is light for o in outcomes) * SECONDS / 3600), 1
            )
            for light in LIGHTS
            if any(o.light is light for o in outcomes)
        },
        "pipeline_ms_per_camera_second": round(cpu * 1000 / (len(outcomes) * SECONDS), 2),
    }


def real_footage(detector: Detector, video: Path) -> dict[str, object]:
    """The real pedestrians of vtest.avi: people whom the detector sees in the whole frame at full size stand for the truth."""
    pipeline = CameraPipeline(detector, VisionSettings(), (768, 576))
    people = found = boxes = unmatched = 0
    next_s = 0.0
    lying = 0
    with av.open(str(video)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            at_s = number / 10
            if at_s < next_s:
                continue
            next_s = at_s + 2
            picture = bgr(frame)
            seen = pipeline.step(at_s, luma(frame), lambda picture=picture: picture)  # type: ignore[misc]
            truth = [(float(b[0]), float(b[1]), float(b[2]), float(b[3])) for b in detector.find(picture, 0.5)]
            likely = [(float(b[0]), float(b[1]), float(b[2]), float(b[3])) for b in detector.find(picture, 0.3)]
            if at_s < 10:
                continue
            known = [d.box for d in seen] + pipeline.known_people()
            people += len(truth)
            found += sum(any(overlap(person, box) > 0.3 or inside_share(person, box) > 0.6 for box in known) for person in truth)
            alarms = [d for d in seen if d.alarm]
            boxes += len(alarms)
            unmatched += sum(not any(overlap(d.box, person) > 0.3 for person in likely) for d in alarms)
            lying += sum(d.posture is Posture.LYING for d in alarms)
    return {
        "people": people,
        "found_or_known": round(found / people, 2),
        "alarms": boxes,
        "alarms_on_nobody": unmatched,
        "said_to_lie": lying,
    }


def shared_video() -> Path | None:
    """The real footage, where it is at hand."""
    shared = Path(os.environ.get("NUANDENG_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
    video = shared / "video" / "vtest.avi"
    return video if video.exists() else None


def main() -> None:
    """Print the figures and write them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--postures", default=",".join(POSTURES))
    parser.add_argument("--lights", default=",".join(LIGHTS))
    parser.add_argument("--out", type=Path)
    parser.add_argument("--films", type=Path, default=FILMS)
    chosen = parser.parse_args()
    detector = Detector.load(cache_dir() / "models")
    outcomes = [
        run(sequence(posture, Light(light), seed), posture, detector, chosen.films)
        for posture in chosen.postures.split(",")
        for light in chosen.lights.split(",")
        for seed in range(chosen.seeds)
    ]
    result = {"recall": table(outcomes)}
    video = shared_video()
    if video is not None:
        result["vtest"] = real_footage(detector, video)
    print(json.dumps(result, indent=1))
    if chosen.out:
        earlier = json.loads(chosen.out.read_text()) if chosen.out.exists() else {}
        chosen.out.write_text(json.dumps(earlier | result, indent=1) + "\n")


if __name__ == "__main__":
    main()
