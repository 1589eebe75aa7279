"""The weather worker: warnings to the jurisdictions they concern. It also takes in reported cases, as rare as warnings."""

from collections import Counter
from pathlib import Path
from typing import Any

from contracts.runtime import Runtime
from contracts.topics import REPORTS, WARNINGS
from stream.access import topic
from stream.agents import Taker, lanes_by
from stream.beginning import passed_over
from stream.intake import IntakeDesk
from stream.roles.following import Outlets, OutletService
from stream.roles.hosting import host
from stream.roles.sightings import Pulse
from stream.weather import WeatherDesk, read_borders
from stream.worker import app_id, raw_topic


def add(app: Any, runtime: Runtime, name: str) -> None:
    """Put the agents and services into the app."""
    warnings, reports = topic(runtime, WARNINGS), topic(runtime, REPORTS)
    outlets = Outlets(runtime, name)
    codes = tuple(jurisdiction.code for jurisdiction in runtime.jurisdictions)
    counts: Counter[str] = Counter()

    @app.agent(raw_topic(app, warnings))  # type: ignore[untyped-decorator]
    async def warn(stream: Any) -> None:
        await outlets.connected.wait()
        borders = read_borders(Path(runtime.borders)) if runtime.borders else {}
        desk = WeatherDesk(codes, borders, outlets.follower, outlets.sender)
        await Taker(desk.use, outlets.letters, warnings, counts, passed_over(app, runtime, warnings)).run(stream)

    @app.agent(raw_topic(app, reports))  # type: ignore[untyped-decorator]
    async def take_in(stream: Any) -> None:
        await outlets.connected.wait()
        desk = IntakeDesk(frozenset(codes), outlets.sender)
        passed = passed_over(app, runtime, reports)
        await Taker(desk.use, outlets.letters, reports, counts, passed, lane_of=lanes_by("reference")).run(stream)

    host(app, OutletService, outlets)
    host(app, Pulse, runtime, name, app_id(runtime, "weather"), {warnings: 1, reports: 1}, counts)
