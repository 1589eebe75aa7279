"""What the platform owes the world, and refusals."""

from contracts.effects import Effect
from contracts.events.base import Fact


class CommandRejected(Fact, frozen=True, kw_only=True):
    """The rules say no. code: see contracts/codes.py."""

    code: str
    detail: str = ""


class EffectOwed(Fact, frozen=True, kw_only=True):
    """To be done by the effects service, until a commit records the result."""

    effect: Effect


class EffectRecorded(Fact, frozen=True, kw_only=True):
    """An owed effect was done, or cannot be."""

    effect: str
    done: bool
    detail: str = ""


class EffectWithdrawn(Fact, frozen=True, kw_only=True):
    """An owed effect is no longer wanted."""

    effect: str
    reason: str
