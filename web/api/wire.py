"""The base of everything that people send."""

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Base of bodies and queries: unknown fields are refused, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
