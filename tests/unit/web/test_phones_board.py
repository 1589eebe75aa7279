"""The board of a process for phones alone: it holds less, and phones see the same."""

import msgspec

from contracts import commands as cmd
from contracts.commit import decode_commit
from contracts.documents import Change, FeedEntry, encode_document
from contracts.registry_entries import CameraEntry, PointEntry, UnitEntry
from contracts.terms import Role, Source, UnitKind, UnitState, Urgency
from contracts.values import Actor, Candidate, Place, Sealed
from dispatch import State, document
from stream.log.fold import Fold
from stream.partition import partition_of
from stream.writer.decision import Judge
from web.board.board import PHONES_SEE, Board
from web.board.masking import MaskedNames
from web.board.phone import phone_snapshot, plans_in_force
from web.ports import Snapshot

_COUNTY = "371602"
_PLACE = Place(lat_wgs84=37.38, lon_wgs84=117.97, area="371602001002", name="天桥下")
_ADMIN = Actor(account="admin", role=Role.ADMIN, area="3716")
_DESK = Actor(account="op", role=Role.SUPERVISOR, area=_COUNTY)


class Plain:
    """Seals that hide nothing."""

    def seal_text(self, key: str, text: str) -> Sealed:
        return Sealed(key=key, box=text)

    def unseal_text(self, sealed: Sealed) -> str:
        return f"name of {sealed.key}"


def _entries() -> list[FeedEntry]:
    partition = partition_of(_COUNTY)
    judge, fold, states = Judge(partition), Fold(partition), dict[str, State]()
    volunteer = Actor(account="u1", role=Role.RESPONDER, area=_COUNTY, unit="u1")
    bodies: list[tuple[cmd.AnyBody, Actor]] = [
        (cmd.RegisterCameras(cameras=(CameraEntry(camera="c1", name="桥", place=_PLACE, owner="", heading_deg=0),)), _ADMIN),
        (cmd.RegisterPoints(points=(PointEntry(point="p1", name="站", place=_PLACE, beds=3, station=True),)), _ADMIN),
        (cmd.RegisterUnits(units=(UnitEntry(
            unit="u1", kind=UnitKind.VOLUNTEER, area=_PLACE.area, label="王*", name=Sealed(key="k", box="AAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        ),)), _ADMIN),
        (cmd.SetDuty(unit="u1", state=UnitState.AVAILABLE), volunteer),
        (cmd.ReportIncident(source=Source.HOTLINE, place=_PLACE, urgency=Urgency.URGENT), _DESK),
    ]  # fmt: skip
    found: list[FeedEntry] = []

    def commit(body: cmd.AnyBody, actor: Actor) -> None:
        command = cmd.Command(id=f"t{len(found)}", jurisdiction=_COUNTY, actor=actor, body=body, sent_at_ms=1_768_744_800_000)
        record = judge.decide(states, cmd.encode_command(command), 1_768_744_800_000).record
        standing = fold.step(len(found), record)
        assert standing is not None
        state = fold.states[_COUNTY]
        changes = []
        for kind, name in standing.touched:
            now = document(state, kind, name)
            changes.append(Change(kind=kind, id=name, document=None if now is None else msgspec.Raw(encode_document(now))))
        told = decode_commit(record)
        found.append(FeedEntry(jurisdiction=_COUNTY, sequence=told.sequence, at_ms=told.occurred_at_ms, command_id=told.command_id,
                               events=(), changes=tuple(changes)))  # fmt: skip

    for body, actor in bodies:
        commit(body, actor)
    incident = next(iter(fold.states[_COUNTY].incidents))
    commit(cmd.ReceiveIncident(incident=incident), _DESK)
    commit(cmd.FileIncident(incident=incident), _DESK)
    commit(cmd.DispatchIncident(incident=incident, candidates=(Candidate(unit="u1", kind=UnitKind.VOLUNTEER, rank=1, score=1.0),)), _DESK)
    return found


def test_phones_see_the_same_from_a_board_of_theirs() -> None:
    """After every commit of a case; cameras and counts are neither kept nor read, and nothing is made ready for a console."""
    whole, theirs, seals = Board(MaskedNames(Plain())), Board(None, PHONES_SEE), Plain()
    for board in (whole, theirs):
        board.take([Snapshot(jurisdiction=_COUNTY, epoch="e", sequence=0, documents={})], "e")
    for entry in _entries():
        assert whole.apply(entry)
        assert theirs.apply(entry)
        assert phone_snapshot(theirs, "u1", seals) == phone_snapshot(whole, "u1", seals)
        assert plans_in_force(theirs, _COUNTY) == plans_in_force(whole, _COUNTY)
    snapshot = phone_snapshot(theirs, "u1", seals)
    assert [task["state"] for task in snapshot["task"]] == ["offered"]
    assert snapshot["me"][0]["name"] == "name of k"
    assert whole.find("camera", "c1") is not None
    assert whole.find("tally", "tally") is not None
    assert theirs.find("camera", "c1") is None
    assert theirs.find("tally", "tally") is None
    unit = theirs.find("unit", "u1")
    assert unit is not None
    assert unit.shown is None

    documents = {"camera": {"c1": b"not read"}, "tally": {"tally": b"not read"}}
    theirs.take([Snapshot(jurisdiction=_COUNTY, epoch="e", sequence=1, documents=documents)], "e")
    assert theirs.find("camera", "c1") is None
