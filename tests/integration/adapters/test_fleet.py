"""A fleet of cameras over real sockets: all protocols at once, lost and found again, changed and taken away."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from camera_adapters.camera_register import RegisteredCamera
from camera_adapters.fleet import Fleet
from camera_adapters.frames import Frame
from camera_adapters.sight import Sight, Sighted
from contracts.observations import CameraHealth, Detections
from contracts.registry_entries import CameraEntry
from contracts.terms import CameraStatus, Posture
from contracts.values import Box, Picture, Place
from nuandeng.city.broadcast.film import Film, load_film
from nuandeng.city.broadcast.server import Broadcast
from tests.integration.adapters.conftest import until
from tests.unit.adapters.drawn_film import draw_film

PLACE = Place(lat_wgs84=37.38, lon_wgs84=117.97, area="371602001007")
SOMEBODY = Box(x0=0.1, y0=0.1, x1=0.2, y1=0.4, score=0.9, posture=Posture.UPRIGHT)
# The white square of the drawn film stands for a person: it is the only thing that bright.
_BRIGHT = 200


class SquareSight:
    """Sees the drawn film's square."""

    def see(self, frame: Frame) -> Sighted:
        return Sighted(boxes=(SOMEBODY,)) if (frame.luma > _BRIGHT).any() else Sighted()


def _sights(_camera: str, _width: int, _height: int) -> Sight:
    return SquareSight()


class Album:
    """Keeps pictures in memory; `full` makes it fail as a full disk does."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, int]] = []
        self.full = False

    def __call__(self, frame: Frame, _sighted: Sighted, camera: str) -> Picture:
        if self.full:
            raise OSError(28, "No space left on device")
        self.kept.append((camera, frame.bgr().shape[0]))
        return Picture(sha256="a" * 64, public_sha256="b" * 64, taken_at_ms=frame.captured_at_ms, camera=camera, key="k")


class Told:
    """Collects what a fleet tells, in a thread of its own."""

    def __init__(self, fleet: Fleet) -> None:
        self.facts: list[Detections | CameraHealth] = []
        self._fleet = fleet
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._done.wait(0.05):
            self.facts += self._fleet.collect()

    def health(self, camera: str) -> list[tuple[CameraStatus, str]]:
        return [(fact.status, fact.reason) for fact in self.facts if isinstance(fact, CameraHealth) and fact.camera == camera]

    def seen_by(self) -> set[str]:
        return {fact.camera for fact in self.facts if isinstance(fact, Detections) and any(look.boxes for look in fact.looks)}

    def close(self) -> None:
        self._done.set()
        self._thread.join()


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """A keyframe every half second."""
    return load_film(draw_film(tmp_path_factory.mktemp("films") / "film.mp4", keyframe_every=5))


@pytest.fixture
def album() -> Album:
    """Where pictures go."""
    return Album()


@pytest.fixture
def fleet(album: Album) -> Iterator[Fleet]:
    """Two workers."""
    made = Fleet([_sights, _sights], album)
    yield made
    made.stop()


@pytest.fixture
def told(fleet: Fleet) -> Iterator[Told]:
    """What it tells."""
    made = Told(fleet)
    yield made
    made.close()


def _camera(name: str, url: str | None, *, live: bool = True) -> RegisteredCamera:
    entry = CameraEntry(camera=name, name=name, place=PLACE, owner="police", url=url, live=live)
    return RegisteredCamera(jurisdiction="371602", entry=entry)


def test_twelve_cameras_by_rtsp_and_one_by_each_other_protocol(film: Film, fleet: Fleet, told: Told, album: Album, tmp_path: Path) -> None:
    """All are watched and see somebody, each with a picture, dated within two seconds of now."""
    own = draw_film(tmp_path / "own.mp4")
    with Broadcast({"street": film}) as broadcast:
        cameras = [_camera(f"c{n}", broadcast.url("rtsp", "street", n * 0.7)) for n in range(12)]
        cameras += [_camera("ts", broadcast.url("mpegts_http", "street")), _camera("jpeg", broadcast.url("snapshot", "street"))]
        cameras += [_camera("file", str(own)), _camera("replayed", None), _camera("off", "rtsp://127.0.0.1:1/x", live=False)]
        fleet.adopt(cameras)
        wanted = {camera.entry.camera for camera in cameras} - {"replayed", "off"}
        until(lambda: told.seen_by() == wanted, "every camera saw somebody")
        until(lambda: all((CameraStatus.WATCHED, "ok") in told.health(name) for name in wanted), "every camera is watched")
        assert {camera for camera, _ in album.kept} == wanted
        newest = [fact.looks[-1].captured_at_ms for fact in told.facts if isinstance(fact, Detections)][-1]
        assert abs(newest - time.time() * 1000) < 5000


def test_a_camera_that_comes_back_is_watched_again(film: Film, fleet: Fleet, told: Told) -> None:
    """Offline with its reason while it is away, watched when it is back, with nobody's help."""
    with Broadcast({"street": film}) as first:
        port = first.port
        fleet.adopt([_camera("c", first.url("rtsp", "street"))])
        until(lambda: (CameraStatus.WATCHED, "ok") in told.health("c"), "it is watched")
    until(lambda: told.health("c")[-1] == (CameraStatus.OFFLINE, "unreachable"), "it is offline")
    with Broadcast({"street": film}, port=port):
        until(lambda: told.health("c")[-1] == (CameraStatus.WATCHED, "ok"), "it is watched again")


def test_the_sub_stream_is_read_when_there_is_one(film: Film, tmp_path: Path, fleet: Fleet, told: Told, album: Album) -> None:
    """Of a vendor whose addresses are known: the small stream is taken, and the big one where there is no small one."""
    small = load_film(draw_film(tmp_path / "small.mp4", width=176, height=144, keyframe_every=5))
    with Broadcast({"a/Streaming/Channels/101": film, "a/Streaming/Channels/102": small, "b/Streaming/Channels/101": film}) as broadcast:
        fleet.adopt([_camera(name, broadcast.url("rtsp", f"{name}/Streaming/Channels/101")) for name in ("a", "b")])
        until(lambda: len(album.kept) == 2, "both are read")
    assert sorted(album.kept) == [("a", 144), ("b", 240)]


def test_a_full_disk_hides_nobody(film: Film, fleet: Fleet, told: Told, album: Album) -> None:
    """The look goes out without its picture; as soon as there is room a picture is kept."""
    album.full = True
    with Broadcast({"street": film}) as broadcast:
        fleet.adopt([_camera("c", broadcast.url("rtsp", "street"))])
        until(lambda: told.seen_by() == {"c"}, "somebody is told")
        assert not album.kept
        album.full = False
        until(lambda: album.kept, "a picture is kept")


def test_the_register_rules(film: Film, fleet: Fleet, told: Told) -> None:
    """A camera that is changed is read anew, one that is taken away is read no more, the others are left alone."""
    with Broadcast({"street": film, "other": film}) as broadcast:
        kept = _camera("kept", broadcast.url("rtsp", "street"))
        fleet.adopt([kept, _camera("changed", broadcast.url("rtsp", "nowhere")), _camera("gone", broadcast.url("rtsp", "street"))])
        until(lambda: (CameraStatus.OFFLINE, "not_found") in told.health("changed"), "a wrong address is told")
        fleet.adopt([kept, _camera("changed", broadcast.url("rtsp", "other"))])
        assert fleet.watched == 2
        until(lambda: told.health("changed")[-1] == (CameraStatus.WATCHED, "ok"), "the right address is read")
        assert all(status is not CameraStatus.OFFLINE for status, _ in told.health("kept"))
    last = fleet.stop()
    assert {fact.camera for fact in last if isinstance(fact, CameraHealth)} == {"kept", "changed"}


def test_the_real_street_is_read(shared_footage: Path | None, fleet: Fleet, told: Told) -> None:
    """Real footage in another codec and size; the drawn film above is its twin."""
    if shared_footage is None:
        pytest.skip("the folder of real footage is not beside the checkout; the drawn films cover the same way")
    videos = shared_footage / "video"
    names = ("vtest.avi", "one-by-one-person-detection.mp4", "classroom.gif")
    fleet.adopt([_camera(name, str(videos / name)) for name in names])
    until(lambda: all((CameraStatus.WATCHED, "ok") in told.health(name) for name in names), "all are watched")
    looks = {fact.camera for fact in told.facts if isinstance(fact, Detections)}
    assert looks <= set(names)
