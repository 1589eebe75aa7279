"""Whom to ask."""

from dispatch.recommend.rank import WEIGHTS, UnitFacts, Weights, rank

__all__ = ["WEIGHTS", "UnitFacts", "Weights", "rank"]
