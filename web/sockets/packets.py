"""What may come over a socket: text packets of the protocol, events by the names of ours. Whoever sends anything else is let go."""

from typing import Any

import structlog
from flask_socketio import SocketIO
from socketio import packet

from web import metrics

log = structlog.get_logger()
# What the library itself tells our handlers. From a client they would log it out of our books, and not of its rooms.
_RESERVED = frozenset({"connect", "disconnect", "connect_error"})
_BINARY = frozenset({packet.BINARY_EVENT, packet.BINARY_ACK})


class TextPacket(packet.Packet):  # type: ignore[misc]  # python-socketio has no types
    """A packet without attachments: the library would collect thousands of millions of them before it looks at one."""

    def decode(self, encoded_packet: str) -> int:
        """Read a packet. Raises ValueError for what no front-end of ours sends."""
        if not isinstance(encoded_packet, str):
            raise ValueError("binary")  # noqa: TRY004 - one error for every bad packet
        attachments: int = super().decode(encoded_packet)
        if attachments or self.packet_type in _BINARY:
            raise ValueError("attachments")
        if self.packet_type == packet.EVENT:
            name = self.data[0] if isinstance(self.data, list) and self.data else None
            if not isinstance(name, str) or name in _RESERVED:
                raise ValueError("no event")
        if self.packet_type == packet.ACK and not (isinstance(self.data, list) and isinstance(self.id, int)):
            raise ValueError("no answer")
        return attachments


def let_go_of_strangers(sockets: SocketIO) -> None:
    """End a connection at its first packet that is none: one line in the log, whatever it sends."""
    server = sockets.server
    take = server.eio.handlers["message"]

    def message(connection: str, raw: Any) -> None:
        try:
            if not raw:
                raise ValueError("empty")  # noqa: TRY301 - the library takes it for an event without a name
            take(connection, raw)
        except ValueError as err:
            metrics.BAD_PACKETS.inc()
            log.warning("socket_packet_refused", reason=str(err)[:80])
            server.eio.disconnect(connection)

    server.eio.on("message", message)
