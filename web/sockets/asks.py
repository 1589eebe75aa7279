"""What clients of the sockets may ask, checked field by field."""

from typing import Annotated

from pydantic import Field, StringConstraints

from web.api.values import FixBody
from web.api.wire import Wire

Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
Codes = Annotated[tuple[Code, ...], Field(max_length=500)]
# A phone's rooms: its own, and the one it shares with all phones of its jurisdiction.
PhoneRoom = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}(\.all)?$")]
Sequence = Annotated[int, Field(ge=-1, le=10**15)]
Epoch = Annotated[str, StringConstraints(max_length=64)]


class JoinAsk(Wire):
    """rooms: None for all that are allowed."""

    rooms: Codes | None = None
    since: Annotated[dict[Code, Sequence], Field(max_length=500)] = Field(default_factory=dict)
    epoch: Epoch | None = None


class SinceAsk(Wire):
    """What a client has."""

    jurisdiction: Code
    sequence: Sequence
    epoch: Epoch | None = None


class LeaveAsk(Wire):
    """Which rooms."""

    rooms: Codes


class PhoneJoinAsk(Wire):
    """A phone's rooms follow from its account; what else a console would say is taken and not needed."""

    rooms: Codes | None = None
    since: Annotated[dict[PhoneRoom, Sequence], Field(max_length=500)] = Field(default_factory=dict)
    epoch: Epoch | None = None


class PhoneSinceAsk(Wire):
    """Which of its rooms a phone has lost track of."""

    jurisdiction: PhoneRoom
    sequence: Sequence
    epoch: Epoch | None = None


class PositionAsk(Wire):
    """Fixes of the own unit."""

    fixes: Annotated[tuple[FixBody, ...], Field(min_length=1, max_length=100)]
