"""What cameras see: one person is one incident, whatever the tracker, the boxes and the cameras do."""

from contracts import commands as cmd
from contracts.terms import Disposition, IncidentState, Posture
from contracts.values import Box, Picture, Place
from dispatch import document
from tests.unit.dispatch.night import HOUR_MS, MINUTE_MS, OPERATOR, SQUARE, SYSTEM, Night, names


def seen(night: Night, camera: str = "cam1", track: str = "t1", metres: float = 0.0, **more: object) -> tuple[object, ...]:
    """Somebody lay there for the last ten minutes."""
    place = Place(lat_wgs84=SQUARE.lat_wgs84 + metres / 111_195, lon_wgs84=SQUARE.lon_wgs84, area=SQUARE.area)
    given: dict[str, object] = {"first_seen_ms": night.now_ms - 10 * MINUTE_MS, "last_seen_ms": night.now_ms, **more}
    box = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.4, score=0.8, posture=Posture.LYING)
    body = cmd.ReportSighting(camera=camera, track=track, place=place, boxes=(box,), dwell_threshold_s=600, **given)  # type: ignore[arg-type]
    return night.do(body, SYSTEM)


def test_a_sighting_opens_an_incident_of_its_own() -> None:
    """In one commit, with posture and picture."""
    night = Night()
    picture = Picture(sha256="a" * 64, public_sha256="b" * 64, taken_at_ms=night.now_ms, camera="cam1", key="k")
    assert names(seen(night, picture=picture)) == ["IncidentReported", "SightingOpened"]
    (incident,) = night.state.incidents.values()
    assert (incident.state, incident.posture, incident.pictures) == (IncidentState.REPORTED, Posture.LYING, (picture,))


def test_a_restarted_tracker_a_jittering_box_and_a_second_camera_make_no_second_incident() -> None:
    """They attach by overlap in place and time."""
    night = Night()
    seen(night)
    assert names(seen(night, track="t2", metres=5)) == ["SightingAttached"]
    assert names(seen(night, camera="cam2", metres=30)) == ["SightingAttached"]
    (incident,) = night.state.incidents
    shown = document(night.state, "incident", incident).sighting  # type: ignore[union-attr]
    assert shown is not None
    assert (shown.cameras, shown.reports) == (("cam1", "cam2"), 3)


def test_somebody_else_far_away_or_much_later_is_another_incident() -> None:
    """41 m away, or after nobody was seen for half an hour."""
    night = Night()
    seen(night)
    assert names(seen(night, track="t9", metres=60)) == ["IncidentReported", "SightingOpened"]
    night.wait(30 * MINUTE_MS)
    assert names(seen(night, track="t10")) == ["IncidentReported", "SightingOpened"]


def test_the_same_track_attaches_wherever_the_person_walks() -> None:
    """A track is one person."""
    night = Night()
    seen(night)
    assert names(seen(night, metres=90)) == ["SightingAttached"]


def test_who_still_lies_there_after_the_case_ended_becomes_a_new_case() -> None:
    """A sighting is not prolonged by reports once nobody is coming any more."""
    night = Night()
    seen(night)
    (incident,) = night.state.incidents
    night.do(cmd.CancelIncident(incident=incident, reason="mistake"), OPERATOR)
    happened: list[str] = []
    for _ in range(4):
        night.wait(10 * MINUTE_MS)
        happened += names(seen(night))
    assert happened.count("IncidentReported") == 1


def test_merging_takes_the_sighting_along() -> None:
    """What is seen of it later goes to the incident that is left."""
    night = Night()
    into = night.filed()
    seen(night)
    incident = next(key for key in night.state.incidents if key != into)
    night.do(cmd.ReceiveIncident(incident=incident), OPERATOR)
    night.do(cmd.MergeIncident(incident=incident, into=into, reason="same person"), OPERATOR)
    (attached,) = seen(night)
    assert attached.incident == into  # type: ignore[attr-defined]


def test_times_that_contradict_each_other_are_refused() -> None:
    """First after last, or far in the future."""
    night = Night()
    box = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.4, score=0.8)
    for first_ms, last_ms in ((night.now_ms, night.now_ms - 1), (night.now_ms, night.now_ms + HOUR_MS)):
        body = cmd.ReportSighting(
            camera="c", track="t", place=SQUARE, boxes=(box,), first_seen_ms=first_ms, last_seen_ms=last_ms, dwell_threshold_s=60
        )
        assert night.refusal(body, SYSTEM) == "times_wrong"


def test_a_disposition_ends_what_cameras_may_attach_to_after_half_an_hour() -> None:
    """The archive removes the sighting with its incident."""
    night = Night()
    seen(night)
    (incident,) = night.state.incidents
    night.do(cmd.CancelIncident(incident=incident, reason=str(Disposition.UNFOUNDED)), OPERATOR)
    night.wait(31 * 24 * HOUR_MS)
    assert night.state.sightings == {}
    assert night.state.incidents == {}
