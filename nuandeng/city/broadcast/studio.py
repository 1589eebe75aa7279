"""The cameras and what each shows."""

import asyncio
import time
from collections.abc import AsyncIterator

from nuandeng.city.broadcast.film import Film
from nuandeng.city.broadcast.timeline import Due, Timeline


class Studio:
    """The cameras. What each shows can be exchanged while it is watched; viewers see it from its next keyframe."""

    def __init__(self, films: dict[str, Film]) -> None:
        self._films = dict(films)
        self._began_s = time.monotonic()

    def now_s(self) -> float:
        """Seconds since the broadcast began."""
        return time.monotonic() - self._began_s

    def names(self) -> list[str]:
        """All cameras."""
        return sorted(self._films)

    def film(self, name: str) -> Film | None:
        """What a camera shows, None if there is no such camera."""
        return self._films.get(name)

    def show(self, name: str, film: Film) -> None:
        """Add a camera, or exchange its film."""
        self._films[name] = film

    def remove(self, name: str) -> None:
        """Take a camera away; whoever watches it is cut off."""
        self._films.pop(name, None)

    async def live(self, name: str, phase_s: float) -> AsyncIterator[Due]:
        """Yield units when they are due, from the next keyframe on, until the camera is removed."""
        film = self._films.get(name)
        while film is not None:
            timeline = Timeline(film, phase_s)
            number = timeline.keyframe_after(self.now_s())
            while self._films.get(name) is film:
                due = timeline.unit(number)
                await asyncio.sleep(due.at_s - self.now_s())
                yield due
                number += 1
            film = self._films.get(name)
