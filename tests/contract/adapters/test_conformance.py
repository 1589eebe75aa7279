"""Every adapter keeps the same promises: typed facts, reasons instead of crashes, and a prompt end."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from camera_adapters.adapter import Adapter, Reason, SourceError
from camera_adapters.case_feed.reader import CaseReader
from camera_adapters.case_feed.settings import PollSettings, load_mapping
from camera_adapters.case_feed.source import CaseFeedSource
from camera_adapters.decoder import PictureDecoder
from camera_adapters.encoded import EncodedPicture
from camera_adapters.file.source import FileSource
from camera_adapters.kinds import KINDS
from camera_adapters.mpegts_http.settings import MpegtsHttpSettings
from camera_adapters.mpegts_http.source import MpegtsHttpSource
from camera_adapters.rtsp.settings import RtspSettings
from camera_adapters.rtsp.source import RtspSource
from camera_adapters.snapshot.settings import SnapshotSettings
from camera_adapters.snapshot.source import SnapshotSource
from camera_adapters.weather.settings import WeatherSettings
from camera_adapters.weather.source import WeatherSource
from nuandeng.city.broadcast.film import Film
from nuandeng.city.broadcast.server import Broadcast
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from tests.contract.adapters import faulty_servers
from tests.contract.adapters.conftest import SAMPLES

# A source is given up after this in these tests; everything must then be over within PROMPT_S.
PATIENCE_S = 1.0
PROMPT_S = 6.0
NETWORK = ("rtsp", "mpegts_http", "snapshot", "case_feed", "weather")
LIVE_VIDEO = ("rtsp", "mpegts_http", "snapshot")
FOLDER = Path(__file__).parents[3] / "camera_adapters"

Make = Callable[[str, str], Adapter[object]]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes an adapter by its kind and a host:port/path."""
    keys = FileKeyStore(tmp_path / "keys" / "keystore")

    def made(kind: str, place: str) -> Adapter[object]:
        match kind:
            case "rtsp":
                return RtspSource(f"rtsp://{place}", RtspSettings(silent_after_s=PATIENCE_S))
            case "mpegts_http":
                return MpegtsHttpSource(f"http://{place}", MpegtsHttpSettings(silent_after_s=PATIENCE_S))
            case "snapshot":
                return SnapshotSource(f"http://{place}", SnapshotSettings(every_s=0.2, patience_s=PATIENCE_S))
            case "file":
                return FileSource(place)
            case "weather":
                return WeatherSource(WeatherSettings(place=f"http://{place}", every_s=0.2, patience_s=PATIENCE_S))
            case "case_feed":
                poll = PollSettings(url=f"http://{place}", every_s=0.2, patience_s=PATIENCE_S)
                return CaseFeedSource(load_mapping("standard", None), poll, CaseReader(keys, TextSealer(keys), None))
        raise AssertionError(kind)

    return made


@pytest.fixture
def sources(broadcast: Broadcast, film_file: Path, standard_case: dict[str, object]) -> Iterator[dict[str, str]]:
    """A good source for every kind."""
    host = f"127.0.0.1:{broadcast.port}"
    with ExitStack() as stack:
        warning = stack.enter_context(faulty_servers.serving(faulty_servers.answering((SAMPLES / "cap-cold-wave.xml").read_bytes())))
        cases = stack.enter_context(faulty_servers.serving(faulty_servers.answering(json.dumps([standard_case]).encode())))
        yield {
            "rtsp": f"{host}/street", "mpegts_http": f"{host}/street.ts", "snapshot": f"{host}/street.jpg", "file": str(film_file),
            "weather": f"{warning}/alert.xml", "case_feed": f"{cases}/cases",
        }  # fmt: skip


def _read(adapter: Adapter[object], count: int, patience_s: float = 20.0) -> tuple[list[object], SourceError | None, float]:
    """Read so many facts, then stop; return them, the error if there was one, and how long the end took."""
    stop, facts, failed, asked = threading.Event(), list[object](), list[SourceError](), [0.0]

    def run() -> None:
        try:
            for fact in adapter.facts(stop):
                facts.append(fact)
                if len(facts) >= count and not stop.is_set():
                    asked[0] = time.monotonic()
                    stop.set()
        except SourceError as err:
            failed.append(err)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(patience_s)
    if thread.is_alive():
        asked[0] = asked[0] or time.monotonic()
        stop.set()
        thread.join(PROMPT_S)
    assert not thread.is_alive(), "the adapter did not stop"
    return facts, failed[0] if failed else None, time.monotonic() - asked[0] if asked[0] else 0.0


@pytest.mark.parametrize("kind", KINDS)
def test_it_starts_yields_typed_facts_and_stops_promptly(kind: str, make: Make, sources: dict[str, str]) -> None:
    """Facts are of the types that its row in the table says."""
    adapter = make(kind, sources[kind])
    wanted = 4 if KINDS[kind].video else 1
    facts, error, ending_s = _read(adapter, wanted)
    assert error is None
    assert len(facts) >= wanted
    assert all(isinstance(fact, KINDS[kind].facts) for fact in facts)
    assert adapter.kind == kind
    assert isinstance(adapter, Adapter)
    assert ending_s < PROMPT_S


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].video])
def test_pictures_decode_and_are_dated_now(kind: str, make: Make, sources: dict[str, str]) -> None:
    """The first picture is a keyframe, and its capture time is within a second of the wall clock."""
    facts, _, _ = _read(make(kind, sources[kind]), 4)
    pictures = [fact for fact in facts if isinstance(fact, EncodedPicture)]
    assert pictures[0].keyframe
    frames = PictureDecoder().decode(pictures[0])
    assert [(frame.width, frame.height) for frame in frames] == [(320, 240)]
    assert frames[0].luma.shape == (144, 176)
    assert frames[0].bgr().shape == (240, 320, 3)
    times = [picture.captured_at_ms for picture in pictures]
    assert times == sorted(times)
    assert abs(times[-1] - time.time() * 1000) < 1000 + PROMPT_S * 1000


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].keyframes_only])
def test_only_keyframes_until_something_appears(kind: str, make: Make, sources: dict[str, str]) -> None:
    """What lies between keyframes is neither copied nor decoded."""
    facts, _, _ = _read(make(kind, sources[kind]), 4)
    assert all(fact.keyframe for fact in facts if isinstance(fact, EncodedPicture))


@pytest.mark.parametrize("kind", ["rtsp", "mpegts_http"])
def test_all_pictures_when_something_appeared(kind: str, make: Make, sources: dict[str, str]) -> None:
    """And all of them decode, in order."""
    adapter = make(kind, sources[kind])
    adapter.whole = True  # type: ignore[attr-defined]
    facts, _, _ = _read(adapter, 12)
    pictures = [fact for fact in facts if isinstance(fact, EncodedPicture)]
    assert {picture.keyframe for picture in pictures} == {True, False}
    decoder = PictureDecoder()
    frames = [frame for picture in pictures for frame in decoder.decode(picture, whole=True)]
    assert len(frames) >= 10
    assert [frame.captured_at_ms for frame in frames] == sorted(frame.captured_at_ms for frame in frames)


@pytest.mark.parametrize("kind", NETWORK)
def test_nobody_there_is_unreachable(kind: str, make: Make) -> None:
    """A closed port is said at once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}/x"
    facts, error, _ = _read(make(kind, place), 1)
    assert facts == []
    assert error is not None
    assert error.reason is Reason.UNREACHABLE


@pytest.mark.parametrize("kind", NETWORK)
def test_a_silent_source_is_given_up(kind: str, make: Make) -> None:
    """It accepts the connection and says nothing: over within its patience, never for ever."""
    with faulty_servers.serving(faulty_servers.silent) as place:
        began_s = time.monotonic()
        facts, error, _ = _read(make(kind, f"{place}/x"), 1)
    assert facts == []
    assert error is not None
    assert error.reason in {Reason.SILENT, Reason.UNREACHABLE}
    assert time.monotonic() - began_s < PATIENCE_S + PROMPT_S


@pytest.mark.parametrize(("kind", "behaviour"), [(k, b) for k in NETWORK for b in (faulty_servers.garbage, faulty_servers.http_garbage)])
def test_garbage_is_an_error_or_a_dead_letter(kind: str, behaviour: faulty_servers.Behaviour, make: Make) -> None:
    """Noise never becomes a picture, a warning or a case."""
    with faulty_servers.serving(behaviour) as place:
        facts, error, _ = _read(make(kind, f"{place}/x"), 1, patience_s=6.0)
    assert error is not None or [type(fact).__name__ for fact in facts] == ["DeadLetter"]


@pytest.mark.parametrize(("kind", "status", "reason"), [
    (kind, status, reason)
    for kind in NETWORK
    for status, reason in (("401 Unauthorized", Reason.REFUSED_LOGIN), ("404 Not Found", Reason.NOT_FOUND))
])  # fmt: skip
def test_refusals_say_why(kind: str, status: str, reason: Reason, make: Make) -> None:
    """A wrong password and a wrong address are told apart."""
    with faulty_servers.serving(faulty_servers.refusing(status)) as place:
        _, error, _ = _read(make(kind, f"{place}/x"), 1)
    assert error is not None
    assert error.reason is reason


@pytest.mark.parametrize("kind", ["snapshot", "case_feed", "weather"])
@pytest.mark.parametrize("behaviour", [faulty_servers.trickling, faulty_servers.endless])
def test_slow_and_endless_documents_are_given_up(kind: str, behaviour: faulty_servers.Behaviour, make: Make) -> None:
    """A byte every now and then, and a body without end: bounded in time and in size."""
    with faulty_servers.serving(behaviour) as place:
        facts, error, _ = _read(make(kind, f"{place}/x"), 1)
    assert facts == []
    assert error is not None
    assert error.reason in {Reason.SILENT, Reason.TOO_LARGE}


@pytest.mark.parametrize("kind", ["rtsp", "mpegts_http"])
def test_a_source_that_vanishes_ends_the_session(kind: str, make: Make, broadcast: Broadcast, small: Film) -> None:
    """Cut off in the middle: the session ends by itself, so that the caller can connect again."""
    host = f"127.0.0.1:{broadcast.port}"
    adapter = make(kind, f"{host}/street" + (".ts" if kind == "mpegts_http" else ""))
    stop, ended = threading.Event(), threading.Event()
    seen: list[object] = []

    def run() -> None:
        try:
            for fact in adapter.facts(stop):
                seen.append(fact)
                broadcast.studio.remove("street")
        except SourceError:
            pass
        ended.set()

    threading.Thread(target=run, daemon=True).start()
    assert ended.wait(PATIENCE_S + 10)
    assert seen
    broadcast.studio.show("street", small)
    again, _, _ = _read(make(kind, f"{host}/street" + (".ts" if kind == "mpegts_http" else "")), 1)
    assert len(again) >= 1


@pytest.mark.parametrize("kind", LIVE_VIDEO)
def test_a_change_of_resolution_goes_on(kind: str, make: Make, broadcast: Broadcast, large: Film) -> None:
    """Frames come out in the new size; nothing is restarted."""
    suffix = {"rtsp": "", "mpegts_http": ".ts", "snapshot": ".jpg"}[kind]
    adapter = make(kind, f"127.0.0.1:{broadcast.port}/street{suffix}")
    stop, decoder, sizes = threading.Event(), PictureDecoder(), list[tuple[int, int]]()
    deadline = time.monotonic() + 30
    for fact in adapter.facts(stop):
        assert isinstance(fact, EncodedPicture)
        sizes += [(frame.width, frame.height) for frame in decoder.decode(fact)]
        if len(sizes) == 2:
            broadcast.studio.show("street", large)
        if (352, 288) in sizes or time.monotonic() > deadline:
            stop.set()
    assert sizes[0] == (320, 240)
    assert sizes[-1] == (352, 288)


def test_a_file_that_is_not_there_or_no_film(make: Make, tmp_path: Path) -> None:
    """Said with a reason."""
    (tmp_path / "noise.mp4").write_bytes(bytes(range(256)) * 100)
    reasons = [error.reason for name in ("gone.mp4", "noise.mp4") if (error := _read(make("file", str(tmp_path / name)), 1)[1])]
    assert reasons == [Reason.NOT_FOUND, Reason.GARBAGE]


def test_a_weather_folder_tells_what_is_new_once(tmp_path: Path) -> None:
    """A file is read once; a second one when it comes; what is no warning becomes a dead letter."""
    source = WeatherSource(WeatherSettings(place=str(tmp_path), every_s=0.2))
    shutil.copy(SAMPLES / "cap-cold-wave.xml", tmp_path / "1.xml")
    (tmp_path / "2.xml").write_bytes(b"<nothing/>")
    facts, error, _ = _read(source, 3, patience_s=3.0)
    assert error is None
    assert sorted(type(fact).__name__ for fact in facts) == ["DeadLetter", "WeatherWarning"]


@pytest.mark.parametrize("kind", KINDS)
def test_its_quality_is_written_down(kind: str) -> None:
    """quality.yaml and README are there, and every rule has one of the known answers."""
    quality = yaml.safe_load((FOLDER / kind / "quality.yaml").read_text())
    assert set(quality) == {"adapter", "reads", "how", "rules", "limits"}
    assert quality["adapter"] == kind
    assert {"starts", "yields_typed_facts", "survives_vanished_source", "survives_garbage", "stops_promptly"} <= set(quality["rules"])
    assert set(quality["rules"].values()) <= {"done", "missing", "never", "not_applicable"}
    assert len((FOLDER / kind / "README.md").read_text().splitlines()) <= 10
    assert {"settings.py", "source.py"} <= {path.name for path in (FOLDER / kind).iterdir()}


