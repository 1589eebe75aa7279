"""Recall per posture and light, and alarms on nobody, as figures for `make bench`.

Every film and every verdict follow from their seeds, so one run says all; how sure a figure is follows from its number of sequences, 20.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from bench.vision_recall import Outcome, real_footage, run, shared_video
from bench.vision_scenes import FILMS, OBLIQUE, SECONDS, THINGS_A_FILM, sequence
from camera_adapters.vision import Detector
from nuandeng.checkout import cache_dir
from nuandeng.city.streets.light import Light

RUNS = 1
SEEDS = 20
POSTURES = ("standing", "walking", "lying", OBLIQUE, "sitting")
LIGHTS = (Light.DAY, Light.NIGHT, Light.SNOW)
_SOON_S = 5


def _outcome(posture: str, light: Light, seed: int) -> Outcome:
    return run(sequence(posture, light, seed), posture, Detector.load(cache_dir() / "models"), FILMS)


def measure() -> dict[str, float]:
    """Share of appearances with an alarm within 5 s per posture and light; alarms on nobody per camera-hour and per hundred things."""
    asked = [(posture, light, seed) for posture in POSTURES for light in LIGHTS for seed in range(SEEDS)]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        outcomes = list(pool.map(_outcome, *zip(*asked, strict=True), chunksize=5))
    figures: dict[str, float] = {}
    for posture in POSTURES:
        for light in LIGHTS:
            waits = [wait for o in outcomes if (o.posture, o.light) == (posture, light) for wait in o.waits_s]
            figures[f"recall_5s_{posture}_{light}"] = sum(wait <= _SOON_S for wait in waits) / len(waits)
    false_spots = sum(o.false_spots for o in outcomes)
    figures["false_per_camera_hour"] = false_spots * 3600 / (len(outcomes) * SECONDS)
    figures["false_per_hundred_things"] = 100 * false_spots / (len(outcomes) * THINGS_A_FILM)
    video = shared_video()
    if video is not None:
        real = real_footage(Detector.load(cache_dir() / "models"), video)
        figures["recall_real_street"] = float(str(real["found_or_known"]))
        figures["false_real_street_per_hundred"] = 100 * float(str(real["alarms_on_nobody"])) / max(1.0, float(str(real["alarms"])))
    return figures
