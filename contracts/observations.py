"""Raw facts that adapters write to Kafka: packed, one record for many where they are many."""

from contracts.terms import CameraStatus, Hazard, Source, Urgency, WarningKind, WarningLevel
from contracts.values import Box, Picture, Place, Sealed, Value


class Detections(Value, frozen=True, kw_only=True, tag_field="type", tag="Detections.1"):
    """Topic patrol.observations, key = jurisdiction: what one camera saw in one or more looks.

    captured_at_ms of a look: the camera's time corrected for its clock skew, UTC. picture: present when somebody is in it and one is due.
    """

    camera: str
    jurisdiction: str
    looks: tuple["Look", ...]
    adapter: str


class Look(Value, frozen=True, kw_only=True):
    """One examined picture; no boxes means nobody was found."""

    captured_at_ms: int
    boxes: tuple[Box, ...] = ()
    picture: Picture | None = None


class CameraHealth(Value, frozen=True, kw_only=True, tag_field="type", tag="CameraHealth.1"):
    """Topic patrol.observations: a camera's usability, on change and every minute. reason: stable code, e.g. too_dark, offline."""

    camera: str
    jurisdiction: str
    status: CameraStatus
    reason: str
    at_ms: int
    adapter: str


class WeatherWarning(Value, frozen=True, kw_only=True, tag_field="type", tag="WeatherWarning.1"):
    """Topic weather.warnings, key = identifier: one message of a warning service, CAP or 12379.

    areas: division codes (6 to 12 digits). polygons: rings of (lat, lon) WGS-84. expires_at_ms None: until cancelled.
    """

    identifier: str
    sender: str
    kind: WarningKind
    references: tuple[str, ...] = ()
    hazard: Hazard
    level: WarningLevel
    headline: str
    areas: tuple[str, ...] = ()
    polygons: tuple[tuple[tuple[float, float], ...], ...] = ()
    sent_at_ms: int
    effective_at_ms: int
    expires_at_ms: int | None = None
    simulated: bool = False


class IntakeReport(Value, frozen=True, kw_only=True, tag_field="type", tag="IntakeReport.1"):
    """Topic intake.reports, key = jurisdiction: a case of a platform, the hotline or the public, personal fields sealed."""

    reference: str
    jurisdiction: str
    source: Source
    vendor: str
    urgency: Urgency
    place: Place
    reported_at_ms: int
    category: str = ""
    people: int = 1
    minor: bool = False
    description: Sealed | None = None
    reporter: Sealed | None = None
    pictures: tuple[Picture, ...] = ()
    simulated: bool = False


class RawIntake(Value, frozen=True, kw_only=True, tag_field="type", tag="RawIntake.1"):
    """Topic intake.raw, key = kind: what was pushed to the web process, unparsed; the adapter of its kind reads it.

    kind: `weather`, or `case:{vendor}` with its signature already checked. body: base64 of the bytes as they came, or, when key is set,
    of their sealed form: cases speak of persons and are always sealed. headers: names in lower case, those that say how to read the body.
    """

    kind: str
    body: str
    received_at_ms: int
    key: str | None = None
    headers: dict[str, str] = {}


class Position(Value, frozen=True, kw_only=True):
    """One fix. accuracy_m as the phone says."""

    unit: str
    lat_wgs84: float
    lon_wgs84: float
    at_ms: int
    accuracy_m: int | None = None


class Positions(Value, frozen=True, kw_only=True, tag_field="type", tag="Positions.1"):
    """Topic unit.positions, key = jurisdiction: fixes packed by the web process, at most once a second."""

    jurisdiction: str
    fixes: tuple[Position, ...]


class DeadLetter(Value, frozen=True, kw_only=True, tag_field="type", tag="DeadLetter.1"):
    """Topic dead.letters: what could not be used. raw: base64 of the bytes as they came. topic/partition/offset None: not from Kafka."""

    reason: str
    detail: str
    source: str
    raw: str
    at_ms: int
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    key: str | None = None


Observation = Detections | CameraHealth
