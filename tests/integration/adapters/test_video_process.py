"""The video process, real: from a camera in the log to a person in Kafka and a blurred picture in the evidence store."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from contracts.commit import GENESIS, Commit, digest, encode_commit
from contracts.events import CamerasRegistered
from contracts.observations import CameraHealth, Detections, Observation
from contracts.registry_entries import CameraEntry
from contracts.terms import CameraStatus, Role
from contracts.topics import COMMITS, OBSERVATIONS
from contracts.values import Actor, Place
from nuandeng.city.broadcast.film import Film, load_film
from nuandeng.city.broadcast.server import Broadcast
from nuandeng.city.streets.cast import Action, Part
from nuandeng.city.streets.film import draw_film
from nuandeng.city.streets.light import Light
from nuandeng.city.streets.scene import FilmSpec, Setting
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from tests.integration.adapters.conftest import ROOT, AdapterHost, until

PLACE = Place(lat_wgs84=37.38, lon_wgs84=117.97, area="371602001007")


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """A drawn street in which somebody stands from the second second on."""
    part = Part(person=26, action=Action.STANDING, x=300, y=400, arrives_s=2.0, leaves_s=22.0, from_left=True, scale=1.0)
    path = tmp_path_factory.mktemp("streets") / "street.mp4"
    draw_film(FilmSpec(name="street", setting=Setting.SHOP_STREET, light=Light.SNOW, seed=15, seconds=24, parts=(part,)), path)
    return load_film(path)


def _commit(sequence: int, previous: str, *cameras: CameraEntry) -> bytes:
    return encode_commit(Commit(
        jurisdiction="371602", sequence=sequence, previous=previous, command_id=f"c{sequence}", occurred_at_ms=1,
        actor=Actor(account="admin", role=Role.ADMIN), events=(CamerasRegistered(cameras=cameras),),
    ))  # fmt: skip


def _entry(name: str, url: str) -> CameraEntry:
    return CameraEntry(camera=name, name=name, place=PLACE, owner="police", url=url)


def test_a_person_before_a_registered_camera_is_told_with_a_picture(host: AdapterHost, street: Film) -> None:
    """Registered in the log, found by the real detector; the picture opens with the person's key, the public copy differs from it."""
    assert (ROOT / ".cache" / "models" / "detector.json").exists(), "run `make setup-tests`"
    with Broadcast({"street": street}) as broadcast:
        first = _commit(1, GENESIS, _entry("c1", broadcast.url("rtsp", "street")))
        host.write(COMMITS, "371602", first)
        host.write(COMMITS, "371602", _commit(2, "0" * 64, _entry("false", broadcast.url("rtsp", "street"))))  # does not stand
        process = host.start("camera_adapters.video")

        def told(kind: type[Detections] | type[CameraHealth]) -> list[Detections | CameraHealth]:
            return [fact for fact in host.heard(OBSERVATIONS, Observation) if isinstance(fact, kind)]

        def pictured() -> list[Detections]:
            return [fact for fact in told(Detections) if isinstance(fact, Detections) and any(look.picture for look in fact.looks)]

        until(pictured, "somebody is told with a picture", 120)
        record = pictured()[0]
        look = next(look for look in record.looks if look.picture)
        assert (record.camera, record.jurisdiction, record.adapter) == ("c1", "371602", "rtsp")
        assert look.boxes
        assert look.picture is not None
        store = FsspecEvidenceStore(host.runtime.evidence, FileKeyStore(Path(host.runtime.keystore)))
        original, public = store.original(look.picture), store.public(look.picture.public_sha256)
        shapes = [np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)).shape for jpeg in (original, public)]
        assert shapes[0] == shapes[1] != ()
        assert original != public
        until(lambda: any(isinstance(h, CameraHealth) and h.status is CameraStatus.WATCHED for h in told(CameraHealth)), "c1 is watched")
        host.write(COMMITS, "371602", _commit(2, digest(first), _entry("c2", broadcast.url("snapshot", "street"))))
        until(lambda: any(fact.camera == "c2" for fact in told(Detections)), "a camera that is registered later is watched too")
        process.terminate()
        assert process.wait(20) == 0
        last = [fact for fact in told(CameraHealth) if isinstance(fact, CameraHealth) and fact.reason == "adapter_stopped"]
        assert {fact.camera for fact in last} == {"c1", "c2"}
    assert "false" not in {fact.camera for fact in host.heard(OBSERVATIONS, Observation)}
