"""`python -m nuandeng.city.replayed`: cameras of the demo city without a film of their own replay recorded detections."""

import random
import signal
import threading
import time
from pathlib import Path

import structlog

from camera_adapters.publish import Publisher
from contracts.observations import CameraHealth, Detections, Look
from contracts.terms import CameraStatus
from nuandeng.city.films import live_cameras
from nuandeng.city.geography import Geography
from nuandeng.city.recordings import Recording, recordings
from nuandeng.city.registers import cameras
from stream.access import runtime_from_environment

log = structlog.get_logger()
ADAPTER = "replayed"
PACK_S = 10.0
HEALTH_EVERY_S = 60.0
# About every two minutes somebody begins to wait somewhere; now and then a camera fails, as in any city.
SOMEBODY_EVERY_S = 120.0
STAYS_S = 420.0
BROKEN_SHARE = 0.04
BROKEN_REASONS = ("too_dark", "blurred", "offline")


class ReplayedCamera:
    """One camera: walkers and empty streets, and now and then somebody who stays."""

    def __init__(self, camera: str, jurisdiction: str, rng: random.Random, passing: list[Recording]) -> None:
        self.camera, self.jurisdiction = camera, jurisdiction
        self._everyday = rng.choice(passing)
        self._phase_s = rng.uniform(0, self._everyday.seconds)
        self._staying: tuple[tuple[Look, ...], float] | None = None
        self._told_s = 0.0
        self.broken = rng.choice(BROKEN_REASONS) if rng.random() < BROKEN_SHARE else None

    def stay(self, recording: Recording, now_s: float) -> None:
        """Somebody comes and stays: the recording's looks with somebody in them, over and over."""
        self._staying = (tuple(Look(captured_at_ms=0, boxes=look.boxes) for look in recording.looks if look.boxes), now_s + STAYS_S)

    def looks(self, upto_s: float) -> tuple[Look, ...]:
        """What was seen since the last call, dated by the wall clock (seconds)."""
        since_s, self._told_s = self._told_s or upto_s - PACK_S, upto_s
        if self._staying is not None and upto_s > self._staying[1]:
            self._staying = None
        if self._staying is not None:
            seen = self._staying[0]
            moments = range(int(since_s // 2) + 1, int(upto_s // 2) + 1)
            return tuple(Look(captured_at_ms=n * 2000, boxes=seen[n % len(seen)].boxes) for n in moments)
        recorded, length_s = self._everyday.looks, self._everyday.seconds
        found = []
        turn = int((since_s + self._phase_s) // length_s)
        while turn * length_s - self._phase_s <= upto_s:
            began_s = turn * length_s - self._phase_s
            found += [
                Look(captured_at_ms=round((began_s + look.at_s) * 1000), boxes=look.boxes)
                for look in recorded
                if since_s < began_s + look.at_s <= upto_s
            ]
            turn += 1
        return tuple(found)


def main() -> None:
    """Run until SIGTERM."""
    runtime = runtime_from_environment()
    if runtime.borders is None or runtime.models is None:
        raise SystemExit("the runtime names no borders or no models")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    rng = random.Random(time.time_ns())  # noqa: S311  # tonight's chances, not a secret
    seen = recordings(Path(runtime.models))
    passing, staying = [r for r in seen if not r.stays], [r for r in seen if r.stays]
    live = live_cameras(0)
    city = [
        ReplayedCamera(entry.camera, county, rng, passing)
        for county, entries in cameras(Geography(Path(runtime.borders)), live).items()
        for entry in entries
        if not entry.live
    ]
    publisher = Publisher(runtime)
    next_health_s, next_somebody_s = 0.0, time.time() + 20
    while not stop.is_set():
        now_s = time.time()
        if now_s >= next_somebody_s:
            rng.choice([camera for camera in city if camera.broken is None]).stay(rng.choice(staying), now_s)
            next_somebody_s = now_s + rng.expovariate(1 / SOMEBODY_EVERY_S)
        for camera in city:
            if camera.broken is None:
                looks = camera.looks(now_s)
                publisher.send(Detections(camera=camera.camera, jurisdiction=camera.jurisdiction, looks=looks, adapter=ADAPTER))
        if now_s >= next_health_s:
            for camera in city:
                status = CameraStatus.WATCHED if camera.broken is None else CameraStatus.UNWATCHED
                publisher.send(
                    CameraHealth(
                        camera=camera.camera,
                        jurisdiction=camera.jurisdiction,
                        status=status,
                        reason=camera.broken or "",
                        at_ms=round(now_s * 1000),
                        adapter=ADAPTER,
                    )
                )
            next_health_s = now_s + HEALTH_EVERY_S
        stop.wait(PACK_S - (time.time() - now_s))
    publisher.close()


if __name__ == "__main__":
    main()
