"""The phones of one process, put together: who may come, what they see, what goes out by the clock."""

import gevent

from web.fanout.engine import Engine
from web.services import Services
from web.sockets.field import NAMESPACE, FieldFeed
from web.sockets.phone_pulse import PhonePulse
from web.sockets.phones import PhoneEvents


class Phones:
    """engine: takes their connections. Nothing runs before `start`."""

    def __init__(self, services: Services) -> None:
        self.engine = Engine(NAMESPACE)
        self.feed = FieldFeed(services, self.engine)
        self.events = self.engine.guests = PhoneEvents(services, self.feed)
        self.pulse = PhonePulse(services, self.engine, self.events, self.feed)
        services.follower.listeners.append(self.feed)

    def start(self) -> list[gevent.Greenlet]:
        """Begin. Returns what must be killed in the end."""
        return [*self.engine.start(), *self.pulse.start()]
