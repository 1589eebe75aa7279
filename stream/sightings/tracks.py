"""A spot tracker for pictures seconds apart: greedy overlap with where somebody was, gaps counted in seconds. Pure."""

from typing import Final

import msgspec

from contracts.observations import Look
from contracts.values import Box, Picture

OVERLAP_LEAST: Final = 0.3
GAP_MS: Final = 120_000
LATENESS_MS: Final = 30_000
ANCHOR_WEIGHT: Final = 0.8
TRACKS_MOST: Final = 200


class Track(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somebody at one spot. id: unique in its camera. anchor: mean box (x0, y0, x1, y1), recent looks count more; box: as last seen.

    looks: in how many pictures; reports: sent so far; reported_at_ms: event time of the last one; picture: the newest with them in it.
    """

    id: str
    anchor: tuple[float, float, float, float]
    box: Box
    first_seen_ms: int
    last_seen_ms: int
    looks: int = 1
    reports: int = 0
    reported_at_ms: int = 0
    picture: Picture | None = None

    @property
    def dwell_ms(self) -> int:
        """How long they have been there."""
        return self.last_seen_ms - self.first_seen_ms


class CameraTracks(msgspec.Struct, frozen=True, kw_only=True):
    """One camera's tracks. newest_ms: capture time of its newest look; it never goes back. numbered: tracks made so far."""

    tracks: tuple[Track, ...] = ()
    newest_ms: int = 0
    numbered: int = 0


class TooLateError(ValueError):
    """A look older than the bound on lateness; the tracks it could belong to may be gone."""


def overlap(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Return intersection over union of two boxes (x0, y0, x1, y1); 0 when either has no area."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    union = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared
    return shared / union if union > 0 else 0.0


def follow(camera: CameraTracks, look: Look) -> CameraTracks:
    """Take one look and return the camera's tracks after it.

    The order of looks matters little: one that is late by up to LATENESS_MS widens the span of the track it overlaps. The same look
    again changes no dwell.

    Raises:
        TooLateError: older than that.
    """
    at_ms = look.captured_at_ms
    if at_ms < camera.newest_ms - LATENESS_MS:
        raise TooLateError(f"captured at {at_ms}, {camera.newest_ms - at_ms} ms before the newest look")
    newest_ms = max(camera.newest_ms, at_ms)
    # Judged by this look's own time: a late look may still belong to a track that has gone since.
    tracks = {track.id: track for track in camera.tracks if newest_ms - track.last_seen_ms <= GAP_MS + LATENESS_MS}
    boxes = list(look.boxes)
    pairs = sorted(
        (
            (-score, number, track.id)
            for number, box in enumerate(boxes)
            for track in tracks.values()
            if abs(at_ms - track.last_seen_ms) <= GAP_MS or track.first_seen_ms <= at_ms <= track.last_seen_ms
            if (score := overlap(_corners(box), track.anchor)) >= OVERLAP_LEAST
        ),
    )
    taken: set[int] = set()
    matched: set[str] = set()
    for _, number, id_ in pairs:
        if number not in taken and id_ not in matched:
            taken.add(number)
            matched.add(id_)
            tracks[id_] = _seen(tracks[id_], boxes[number], at_ms, look.picture)
    numbered = camera.numbered
    for number, box in enumerate(boxes):
        if number not in taken:
            numbered += 1
            id_ = f"{at_ms}.{numbered}"
            tracks[id_] = Track(id=id_, anchor=_corners(box), box=box, first_seen_ms=at_ms, last_seen_ms=at_ms, picture=look.picture)
    kept = sorted(tracks.values(), key=lambda track: (track.last_seen_ms, track.dwell_ms, track.id))[-TRACKS_MOST:]
    return CameraTracks(tracks=tuple(kept), newest_ms=newest_ms, numbered=numbered)


def _seen(track: Track, box: Box, at_ms: int, picture: Picture | None) -> Track:
    newer = at_ms > track.last_seen_ms
    again = at_ms == track.last_seen_ms
    corners = _corners(box)
    anchor = track.anchor if again else tuple(
        ANCHOR_WEIGHT * old + (1 - ANCHOR_WEIGHT) * new for old, new in zip(track.anchor, corners, strict=True)
    )  # fmt: skip
    return msgspec.structs.replace(
        track,
        anchor=(anchor[0], anchor[1], anchor[2], anchor[3]),
        box=box if newer else track.box,
        first_seen_ms=min(track.first_seen_ms, at_ms),
        last_seen_ms=max(track.last_seen_ms, at_ms),
        looks=track.looks + (0 if again else 1),
        picture=picture if picture is not None and (newer or track.picture is None) else track.picture,
    )


def _corners(box: Box) -> tuple[float, float, float, float]:
    return (box.x0, box.y0, box.x1, box.y1)
