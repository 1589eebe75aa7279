"""The closed vocabularies of the field. Values are what stands in the log and on the wire; the Chinese labels live in the front-ends."""

from enum import StrEnum


class Role(StrEnum):
    """Who acts. See docs/lifecycle.md for what each may do."""

    PUBLIC = "public"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"
    RESPONDER = "responder"
    STATION = "station"
    AGENCY = "agency"
    VERIFIER = "verifier"
    AUDITOR = "auditor"
    ADMIN = "admin"
    SYSTEM = "system"


class Urgency(StrEnum):
    """How long the city allows itself: 2 h, 24 h, 72 h."""

    VERY_URGENT = "very_urgent"
    URGENT = "urgent"
    ROUTINE = "routine"


class IncidentState(StrEnum):
    """Where a case stands."""

    REPORTED = "reported"
    RECEIVED = "received"
    FILED = "filed"
    ON_HOLD = "on_hold"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    FEEDBACK = "feedback"
    VERIFIED = "verified"
    CLOSED = "closed"
    REJECTED = "rejected"
    MERGED = "merged"
    CANCELLED = "cancelled"


class AssignmentState(StrEnum):
    """Where one responder's or crew's task stands."""

    PLANNED = "planned"
    OFFERED = "offered"
    STANDBY = "standby"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SCENE = "on_scene"
    CONTACTED = "contacted"
    NOT_FOUND = "not_found"
    TRANSPORTING = "transporting"
    AT_FACILITY = "at_facility"
    CLEARED = "cleared"
    DECLINED = "declined"
    EXPIRED = "expired"
    RECALLED = "recalled"
    NOT_NEEDED = "not_needed"
    ABORTED = "aborted"


class UnitState(StrEnum):
    """RESERVED, COMMITTED and RETURNING follow from open assignments and are never set by hand."""

    OFF_DUTY = "off_duty"
    AVAILABLE = "available"
    ON_PATROL = "on_patrol"
    ON_BREAK = "on_break"
    OUT_OF_SERVICE = "out_of_service"
    RESERVED = "reserved"
    COMMITTED = "committed"
    RETURNING = "returning"


class UnitKind(StrEnum):
    """A volunteer, a vehicle with its crew, a patrol team, or the people of a rescue point."""

    VOLUNTEER = "volunteer"
    VEHICLE = "vehicle"
    PATROL = "patrol"
    POINT = "point"


class Skill(StrEnum):
    """What a unit can do that a case may need."""

    FIRST_AID = "first_aid"
    PSYCHOLOGY = "psychology"
    DIALECT = "dialect"
    MEDICAL = "medical"
    STRETCHER = "stretcher"
    HOT_MEAL = "hot_meal"


class Disposition(StrEnum):
    """How the help ended. REFUSED and NOT_FOUND are lawful and create a re-visit."""

    SHELTERED = "sheltered"
    MEDICAL = "medical"
    FAMILY_REUNITED = "family_reunited"
    RETURNED_HOME = "returned_home"
    SUPPLIES_LEFT = "supplies_left"
    REFUSED = "refused"
    NOT_FOUND = "not_found"
    UNFOUNDED = "unfounded"


class Source(StrEnum):
    """Where a report came from."""

    CAMERA = "camera"
    CASE_FEED = "case_feed"
    HOTLINE = "hotline"
    PUBLIC = "public"
    PATROL = "patrol"
    REVISIT = "revisit"


class Posture(StrEnum):
    """What the detector saw, or a caller said."""

    UPRIGHT = "upright"
    LYING = "lying"
    SITTING = "sitting"
    UNKNOWN = "unknown"


class Channel(StrEnum):
    """How something reached a person, or an answer reached us."""

    APP = "app"
    WEB_PUSH = "web_push"
    SMS = "sms"
    PHONE = "phone"
    RADIO = "radio"
    IN_PERSON = "in_person"


class DeliveryStatus(StrEnum):
    """What is known of one message on one channel."""

    SENT = "sent"
    DELIVERED = "delivered"
    SEEN = "seen"
    FAILED = "failed"


class Hazard(StrEnum):
    """Weather that endangers people in the street."""

    COLD_WAVE = "cold_wave"
    BLIZZARD = "blizzard"
    ICY_ROAD = "icy_road"
    RAINSTORM = "rainstorm"
    HEAT = "heat"
    GALE = "gale"
    TYPHOON = "typhoon"
    THUNDERSTORM = "thunderstorm"
    FOG = "fog"
    HAZE = "haze"
    SANDSTORM = "sandstorm"
    HAIL = "hail"
    FROST = "frost"
    DROUGHT = "drought"
    OTHER = "other"


class WarningLevel(StrEnum):
    """Colour levels of the national scale; blue is IV, red is I."""

    BLUE = "blue"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


class WarningKind(StrEnum):
    """CAP's msgType."""

    ALERT = "alert"
    UPDATE = "update"
    CANCEL = "cancel"


class CameraStatus(StrEnum):
    """Only a WATCHED camera counts as inspected."""

    WATCHED = "watched"
    UNWATCHED = "unwatched"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class Shortfall(StrEnum):
    """Why somebody who could have been asked is not a candidate."""

    OUTSIDE_RADIUS = "outside_radius"
    LOCATION_STALE = "location_stale"
    RESTING = "resting"
    NO_SKILL = "no_skill"
    OFF_DUTY = "off_duty"
    BUSY = "busy"


class LimitCounts(StrEnum):
    """What ends the clock of the limit: the first on the scene, or the feedback."""

    ON_SCENE = "on_scene"
    RESOLVED = "resolved"


class Clock(StrEnum):
    """What a running clock measures."""

    RECEIVE = "receive"
    FILE = "file"
    DISPATCH = "dispatch"
    LIMIT = "limit"
    OFFER_WINDOW = "offer_window"
    NEXT_WAVE = "next_wave"
    DEPART_NUDGE = "depart_nudge"
    DEPART = "depart"
    ARRIVE = "arrive"
    CHECK_IN = "check_in"
    CLEAR = "clear"
    BED_HOLD = "bed_hold"
    VERIFY = "verify"
    CLOSE = "close"
    WAKE = "wake"
    REVISIT = "revisit"
    ARCHIVE = "archive"
    BREAK = "break"
    RETURN = "return"
    WARNING_START = "warning_start"
    WARNING_EXPIRY = "warning_expiry"
    SIGHTING_EXPIRY = "sighting_expiry"


class Asked(StrEnum):
    """What the console asks of a person about an incident, or nothing."""

    RECEIVE = "receive"
    FILE = "file"
    DISPATCH = "dispatch"
    PHONE_SUPERVISOR = "phone_supervisor"
    CHASE_DEPARTURE = "chase_departure"
    CHASE_ARRIVAL = "chase_arrival"
    CHASE_CHECK_IN = "chase_check_in"
    OVERDUE = "overdue"
    FEEDBACK = "feedback"
    VERIFY = "verify"
    CLOSE = "close"
