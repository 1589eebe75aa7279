"""Putting services with arguments into a Faust app, which makes services itself and gives them none."""

from typing import Any


def host(app: Any, service: type[Any], *arguments: Any) -> None:
    """Let the app start and stop `service(*arguments)`."""

    def initialise(self: Any, **kwargs: Any) -> None:
        service.__init__(self, *arguments, **kwargs)

    # The name must stand from the start: mode keeps a service's tasks by its class's name.
    app.service(type(f"Hosted{service.__name__}", (service,), {"__init__": initialise, "__module__": service.__module__}))
