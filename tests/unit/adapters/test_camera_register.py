"""The cameras are those of the log's standing records, and nothing else is believed."""

from hypothesis import given
from hypothesis import strategies as st

from camera_adapters.camera_register import Known, step
from contracts.commit import GENESIS, Commit, digest, encode_commit
from contracts.events import CamerasRegistered
from contracts.registry_entries import CameraEntry
from contracts.terms import Role
from contracts.values import Actor, Place
from stream.partition import partition_of

PLACE = Place(lat_wgs84=37.38, lon_wgs84=117.97, area="371602001007")


def _record(sequence: int, previous: str, *names: str, url: str = "rtsp://c", jurisdiction: str = "371602") -> bytes:
    cameras = tuple(CameraEntry(camera=name, name=name, place=PLACE, owner="police", url=url) for name in names)
    return encode_commit(Commit(
        jurisdiction=jurisdiction, sequence=sequence, previous=previous, command_id=f"c{sequence}", occurred_at_ms=1,
        actor=Actor(account="a", role=Role.ADMIN), events=(CamerasRegistered(cameras=cameras),) if names else (),
    ))  # fmt: skip


def _step(known: Known, record: bytes, jurisdiction: str = "371602") -> bool:
    return step(known, partition_of(jurisdiction), record)


def test_standing_records_add_and_change_cameras() -> None:
    """The last word on a camera counts; a record without cameras moves the chain on."""
    known = Known()
    first = _record(1, GENESIS, "a", "b")
    second = _record(2, digest(first))
    third = _record(3, digest(second), "a", url="rtsp://new")
    assert [_step(known, record) for record in (first, second, third)] == [True, False, True]
    assert {name: entry.url for name, entry in known.cameras["371602"].items()} == {"a": "rtsp://new", "b": "rtsp://c"}


def test_a_record_that_does_not_stand_is_ignored() -> None:
    """A second writer's record with the same sequence, and one whose predecessor is another."""
    known = Known()
    first = _record(1, GENESIS, "a")
    assert _step(known, first)
    assert not _step(known, _record(1, GENESIS, "zombie"))
    assert not _step(known, _record(2, "0" * 64, "zombie"))
    assert set(known.cameras["371602"]) == {"a"}


def test_what_every_other_reader_ignores_moves_no_chain_on() -> None:
    """A record with a place in the chain and an unknown event, and a county's record on another partition: the true one still stands."""
    known = Known()
    odd = _record(1, GENESIS, "a").replace(b"CamerasRegistered.1", b"CamerasRegistered.9")
    assert not _step(known, odd)
    assert not _step(known, b'{"jurisdiction":"371602","sequence":1,"previous":"' + GENESIS.encode() + b'"}')
    assert not step(known, (partition_of("371602") + 1) % 4, _record(1, GENESIS, "zombie"))
    assert known == Known()
    assert _step(known, _record(1, GENESIS, "a"))
    assert set(known.cameras["371602"]) == {"a"}


def test_jurisdictions_have_chains_of_their_own() -> None:
    """One county's records don't hold up another's."""
    known = Known()
    assert _step(known, _record(1, GENESIS, "a"))
    assert _step(known, _record(1, GENESIS, "x", jurisdiction="371621"), "371621")
    assert sorted(known.cameras) == ["371602", "371621"]


@given(noise=st.binary(max_size=200), cut=st.integers(0, 200))
def test_damaged_records_change_nothing(noise: bytes, cut: int) -> None:
    """Noise, and a true record cut short."""
    known = Known()
    assert not _step(known, noise)
    assert not _step(known, _record(1, GENESIS, "a")[:cut])
    assert known == Known()
