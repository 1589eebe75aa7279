"""When somebody has stayed long enough to be reported, and how often while they stay. Pure: event time only."""

from typing import Final, NamedTuple

import msgspec

from contracts.commands import ReportSighting
from contracts.registry_entries import CameraEntry
from contracts.values import PlanSettings
from stream.sightings.tracks import CameraTracks, Track

LOOKS_LEAST: Final = 3
PICTURE_PATIENCE_MS: Final = 20_000
# From one report of the same track to the next: a console shows that somebody is still there, the log is not filled with it.
AGAIN_FIRST_MS: Final = 300_000
AGAIN_LONGEST_MS: Final = 3_600_000


class Due(NamedTuple):
    """A report that must be sent. number: 1 for a track's first."""

    track: Track
    number: int


def threshold_s(camera: CameraEntry, settings: PlanSettings) -> int:
    """The camera's own threshold, set for what is usual there (a bus stop); without one, that of what is in force."""
    return settings.dwell_threshold_s if camera.dwell_threshold_s is None else camera.dwell_threshold_s


def again_ms(reports: int) -> int:
    """How long to wait after so many reports: 5, 10, 20, 40 minutes, then every hour."""
    return min(AGAIN_FIRST_MS << min(max(reports - 1, 0), 10), AGAIN_LONGEST_MS)


def due_reports(camera: CameraTracks, dwell_threshold_s: int) -> tuple[CameraTracks, tuple[Due, ...]]:
    """Return the reports that are due by the camera's own time, and its tracks with them counted as sent.

    A first report waits a little for a picture that shows them: it is what an operator looks at.
    """
    found: list[Due] = []
    tracks: list[Track] = []
    for before in camera.tracks:
        track = before
        if _is_due(track, dwell_threshold_s):
            track = msgspec.structs.replace(track, reports=track.reports + 1, reported_at_ms=track.last_seen_ms)
            found.append(Due(track, track.reports))
        tracks.append(track)
    return msgspec.structs.replace(camera, tracks=tuple(tracks)), tuple(found)


def _is_due(track: Track, dwell_threshold_s: int) -> bool:
    if track.reports:
        return track.last_seen_ms - track.reported_at_ms >= again_ms(track.reports)
    over_ms = track.dwell_ms - dwell_threshold_s * 1000
    return over_ms >= 0 and track.looks >= LOOKS_LEAST and (track.picture is not None or over_ms >= PICTURE_PATIENCE_MS)


def report_of(camera: CameraEntry, due: Due, dwell_threshold_s: int) -> ReportSighting:
    """The command for a report."""
    track = due.track
    return ReportSighting(
        camera=camera.camera,
        track=track.id,
        place=camera.place,
        boxes=(track.box,),
        first_seen_ms=track.first_seen_ms,
        last_seen_ms=track.last_seen_ms,
        dwell_threshold_s=dwell_threshold_s,
        picture=track.picture,
        simulated=camera.simulated,
    )


def report_id(camera: str, due: Due) -> str:
    """Deterministic: a restarted worker that reports the same again is known."""
    return f"sys:{camera}:{due.track.id}:{due.number}"
