"""What may be set for a weather service."""

from contracts.values import Value


class WeatherSettings(Value, frozen=True, kw_only=True):
    """place: a folder, or the address of a message or of an index of messages (Atom, RSS). every_s: between two looks."""

    place: str
    every_s: float = 60.0
    patience_s: float = 20.0
    max_linked: int = 100
