"""`python -m camera_adapters.weather [--place FOLDER_OR_URL …]`: warnings from folders, services, and those pushed to the web."""

import argparse
import threading
from pathlib import Path

from camera_adapters.intake import IntakeConsumer
from camera_adapters.keep_reading import keep_reading
from camera_adapters.liveness import Liveness
from camera_adapters.processes import beat_until, log_to_stderr, stop_on_signals
from camera_adapters.publish import Publisher
from camera_adapters.weather.parse import parse_warnings
from camera_adapters.weather.settings import WeatherSettings
from camera_adapters.weather.source import WeatherSource
from stream.access import runtime_from_environment

_FOLDER_EVERY_S = 2.0
_URL_EVERY_S = 60.0


def main() -> None:
    """Run until SIGTERM or SIGINT. The folder `weather` of the data directory is always looked at, beside the places of the settings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--place", action="append", default=[], help="a further folder, or the address of a message or an index")
    places = parser.parse_args().place
    log_to_stderr()
    stop = stop_on_signals()
    runtime = runtime_from_environment()
    folder = Path(runtime.data_dir) / "weather"
    folder.mkdir(parents=True, exist_ok=True)
    publisher = Publisher(runtime)
    sources = [
        WeatherSource(WeatherSettings(place=place, every_s=_URL_EVERY_S if "://" in place else _FOLDER_EVERY_S))
        for place in dict.fromkeys((str(folder), *runtime.weather_places, *places))
    ]
    intake = IntakeConsumer(
        runtime, "weather-intake", publisher, wanted=lambda kind: kind == "weather", read=lambda _raw, body: parse_warnings(body)
    )
    liveness = Liveness()
    threads = [
        threading.Thread(target=keep_reading, args=(source, publisher.deliver, liveness.stop_of(stop)), daemon=True) for source in sources
    ]
    threads.append(threading.Thread(target=intake.run, args=(liveness.stop_of(stop),), daemon=True))
    for thread in threads:
        thread.start()
    beat_until(stop, runtime, "weather", liveness, publisher.figures)
    stop.wait()
    for thread in threads:
        thread.join(3)
    publisher.close()


if __name__ == "__main__":
    main()
