"""Whom to ask."""

from dispatch.recommend.drawbacks import WEIGHTS, Weights
from dispatch.recommend.rank import UnitFacts, rank

__all__ = ["WEIGHTS", "UnitFacts", "Weights", "rank"]
