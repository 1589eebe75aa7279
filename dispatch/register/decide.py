"""What may be done with rescue points, cameras and accounts, and what the log is told of itself and of persons who were erased."""

import re

from contracts import commands as cmd
from contracts import events as e
from dispatch.areas import city_of
from dispatch.decision import Decision, Handler, Refused, handles
from dispatch.incident.reports import check_place
from dispatch.unit.decide import CHUNK_MOST

HANDLERS: dict[type[cmd.Body], Handler] = {}
_BEDS_MOST = 100_000
# Sixteen signatures are what every reader of signed notes must accept; they take far less.
_NOTE_LONGEST = 16_384
# What a keystore calls a key; nothing else may stand in an event that outlives the person.
_KEY = re.compile(r"k[0-9a-f]{24}")
_BY_LONGEST = 100


def _few(count: int) -> None:
    if count > CHUNK_MOST:
        raise Refused("too_many", str(count))


@handles(HANDLERS, cmd.RegisterCameras)
def _cameras(d: Decision, body: cmd.RegisterCameras) -> None:
    _few(len(body.cameras))
    for entry in body.cameras:
        check_place(d, entry.place)
    d.emit(e.CamerasRegistered(cameras=body.cameras))


@handles(HANDLERS, cmd.RegisterPoints)
def _points(d: Decision, body: cmd.RegisterPoints) -> None:
    _few(len(body.points))
    for entry in body.points:
        check_place(d, entry.place)
        if not 0 <= entry.beds <= _BEDS_MOST:
            raise Refused("beds_wrong", entry.point)
    d.emit(e.PointsRegistered(points=body.points))


@handles(HANDLERS, cmd.RegisterAccounts)
def _accounts(d: Decision, body: cmd.RegisterAccounts) -> None:
    if d.state.jurisdiction != city_of(d.state.jurisdiction):
        raise Refused("only_in_city", d.state.jurisdiction)
    _few(len(body.accounts))
    d.emit(e.AccountsRegistered(accounts=body.accounts))


@handles(HANDLERS, cmd.SetBeds)
def _beds(d: Decision, body: cmd.SetBeds) -> None:
    point = d.state.points.get(body.point)
    if point is None:
        raise Refused("unknown_point", body.point)
    d.in_area(point.entry.place.area)
    if not 0 <= body.beds_free <= point.entry.beds:
        raise Refused("beds_wrong", f"{body.beds_free} of {point.entry.beds}")
    d.emit(e.BedsSet(point=body.point, beds_free=body.beds_free, open=body.open))


@handles(HANDLERS, cmd.ReportCameraHealth)
def _camera_health(d: Decision, body: cmd.ReportCameraHealth) -> None:
    camera = d.state.cameras.get(body.camera)
    if camera is None:
        raise Refused("unknown_camera", body.camera)
    # It is told again every minute; only a change is worth a commit.
    if (camera.status, camera.reason) != (body.status, body.reason):
        d.emit(
            e.CameraHealthChanged(camera=body.camera, status=body.status, reason=body.reason, since_ms=max(0, min(body.at_ms, d.now_ms)))
        )


@handles(HANDLERS, cmd.RecordCheckpoint)
def _checkpoint(d: Decision, body: cmd.RecordCheckpoint) -> None:
    # Signature and root are checked by whoever verifies the log: the core computes no signatures.
    if not 0 < body.tree_size < d.header.sequence:
        raise Refused("out_of_range", str(body.tree_size))
    if len(body.note) > _NOTE_LONGEST:
        raise Refused("too_large", str(len(body.note)))
    d.emit(e.CheckpointRecorded(tree_size=body.tree_size, note=body.note))


@handles(HANDLERS, cmd.ErasePerson)
def _erase(d: Decision, body: cmd.ErasePerson) -> None:
    _few(len(body.keys))
    wrong = [key for key in body.keys if _KEY.fullmatch(key) is None]
    if wrong or not body.keys:
        raise Refused("out_of_range", f"{len(wrong)} of {len(body.keys)} are no key")
    d.emit(e.PersonErased(keys=body.keys, by=body.by[:_BY_LONGEST], reason=d.reason(body.reason)))
