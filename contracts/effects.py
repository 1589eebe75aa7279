"""What a commit owes the world. An effect stays in the folded state until a commit records its result."""

from contracts.terms import Channel, Skill, Urgency
from contracts.values import Place, Value


class FindWave(Value, frozen=True, kw_only=True, tag_field="type", tag="FindWave"):
    """Ask GEO for candidates and send OfferWave.

    wanted: how many are asked in this wave. vehicles: wave 3, answer mandatory. with_point: the township's rescue point is asked too.
    """

    effect: str
    incident: str
    wave: int
    place: Place
    radius_m: int | None
    wanted: int
    needs: tuple[Skill, ...]
    asked_before: tuple[str, ...]
    vehicles: bool = False
    with_point: bool = False
    due_at_ms: int | None = None


class NotifyUnit(Value, frozen=True, kw_only=True, tag_field="type", tag="NotifyUnit"):
    """Push an offer, a recall or a nudge to a unit's phone; the result is RecordDelivery. template: stable code of the text."""

    effect: str
    unit: str
    assignment: str
    template: str
    urgency: Urgency
    channel: Channel = Channel.WEB_PUSH
    expires_at_ms: int | None = None


class TellReporter(Value, frozen=True, kw_only=True, tag_field="type", tag="TellReporter"):
    """Tell who reported how it ended; the result is RecordEffect."""

    effect: str
    incident: str
    reference: str | None
    outcome: str


class CallUp(Value, frozen=True, kw_only=True, tag_field="type", tag="CallUp"):
    """A plan calls volunteers up; the result is RecordEffect with how many were told."""

    effect: str
    plan: str
    wanted: int
    message: str


Effect = FindWave | NotifyUnit | TellReporter | CallUp
