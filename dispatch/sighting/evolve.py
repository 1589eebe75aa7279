"""How each event changes a sighting."""

import msgspec

from contracts import events as e
from contracts import terms
from dispatch import clocks as c
from dispatch.folds import Fold, begins, fold_for
from dispatch.incident.timeline import change
from dispatch.members import members
from dispatch.sighting.entity import Sighting
from dispatch.tables import Header, Tables

EVOLVE: dict[type[e.Fact], Fold] = {}
Clock = members(terms.Clock)


@fold_for(EVOLVE, e.SightingOpened)
def _opened(state: Tables, event: e.SightingOpened, header: Header) -> None:
    begins(state.sightings, event.sighting)
    begins(state.past_sightings, event.sighting)
    state.sightings[event.sighting] = Sighting(
        id=event.sighting, incident=event.incident, place=event.place, cameras=(event.camera,), tracks=(f"{event.camera}/{event.track}",),
        first_seen_ms=event.first_seen_ms, last_seen_ms=event.last_seen_ms, dwell_threshold_s=event.dwell_threshold_s, boxes=event.boxes,
        reports=1, clocks=c.start((), Clock.SIGHTING_EXPIRY, header.at_ms, event.expires_at_ms),
    )
    incident = state.incidents[event.incident]
    pictures = incident.pictures if event.picture is None or event.picture in incident.pictures else (*incident.pictures, event.picture)
    change(
        state, event.incident, header, "SightingOpened", {"camera": event.camera, "sighting": event.sighting}, pictures=pictures,
        sightings=(*incident.sightings, event.sighting),
    )


_PICTURES_KEPT = 12
_TRACKS_KEPT = 50


@fold_for(EVOLVE, e.SightingAttached)
def _attached(state: Tables, event: e.SightingAttached, header: Header) -> None:
    sighting = state.sightings[event.sighting]
    camera_is_new = event.camera not in sighting.cameras
    track = f"{event.camera}/{event.track}"
    latest = event.last_seen_ms >= sighting.last_seen_ms
    state.sightings[event.sighting] = msgspec.structs.replace(
        sighting, cameras=(*sighting.cameras, event.camera) if camera_is_new else sighting.cameras,
        tracks=sighting.tracks if track in sighting.tracks else (*sighting.tracks, track)[-_TRACKS_KEPT:],
        first_seen_ms=min(sighting.first_seen_ms, event.first_seen_ms), last_seen_ms=max(sighting.last_seen_ms, event.last_seen_ms),
        boxes=event.boxes if latest else sighting.boxes, reports=sighting.reports + 1,
        clocks=c.start((), Clock.SIGHTING_EXPIRY, header.at_ms, event.expires_at_ms),
    )
    incident = state.incidents[event.incident]
    pictures = incident.pictures
    if event.picture is not None and event.picture not in pictures and len(pictures) < _PICTURES_KEPT:
        pictures = (*pictures, event.picture)
    # A camera that goes on seeing the same person is no news for the timeline; another camera is.
    change(state, event.incident, header, "SightingAttached" if camera_is_new else None, {"camera": event.camera}, pictures=pictures)


@fold_for(EVOLVE, e.SightingEnded)
def _ended(state: Tables, event: e.SightingEnded, header: Header) -> None:
    state.past_sightings[event.sighting] = msgspec.structs.replace(state.sightings.pop(event.sighting), clocks=())
    change(state, event.incident, header, None)
