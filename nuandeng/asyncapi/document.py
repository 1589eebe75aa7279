"""Puts the document together. Pure."""

import json
from typing import Any

from nuandeng.asyncapi import kafka_channels, socket_channels
from nuandeng.asyncapi.schemas import ask_schemas, struct_schemas
from nuandeng.checkout import ROOT
from web.access.sessions import COOKIE

PAGE = ROOT / "docs" / "asyncapi.json"
_DESCRIPTION = """\
What goes through Kafka and over Socket.IO. Times are epoch milliseconds UTC, coordinates WGS-84, codes of areas those of the national \
divisions. A record or packet with a field that is not named here is an error. Personal fields are ciphertext wherever they are stored. \
Operations on topics are Kafka's rules: what an account may do that is not named here the broker refuses. Generated from the types by \
`python -m nuandeng.asyncapi`.\
"""


def document() -> dict[str, Any]:
    """Return the AsyncAPI 3 document."""
    records = {kind for records in kafka_channels.ALL_RECORDS.values() for kind in records.kinds}
    schemas = struct_schemas(records | socket_channels.told_types()) | ask_schemas(socket_channels.asks())
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Nuandeng 暖灯",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": _SERVERS,
        "channels": kafka_channels.channels() | socket_channels.channels(),
        "operations": kafka_channels.operations() | socket_channels.operations(),
        "components": {
            "messages": kafka_channels.messages() | socket_channels.messages(),
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "scram": {"type": "scramSha256", "description": "One account for each part; docs/accounts.md."},
                "cookie": {"type": "httpApiKey", "in": "cookie", "name": COOKIE},
                "bearer": {"type": "http", "scheme": "bearer", "description": "Told as `token` in the packet that connects a namespace."},
            },
        },
    }


_SERVERS: dict[str, Any] = {
    "kafka": {
        "host": "{bootstrap}",
        "protocol": "kafka",
        "description": "The broker that holds the log. SASL_PLAINTEXT, on loopback or on the containers' inner network alone.",
        "variables": {"bootstrap": {"description": "host:port, of the runtime file", "default": "127.0.0.1:9092"}},
        "security": [{"$ref": "#/components/securitySchemes/scram"}],
        "bindings": {"kafka": {"bindingVersion": "0.5.0"}},
    },
    "web": {
        "host": "{host}",
        "pathname": "/socket.io/",
        "protocol": "wss",
        "description": "Socket.IO 4 (protocol 5) over WebSocket; there is no polling.",
        "variables": {"host": {"description": "How browsers and phones reach the platform.", "default": "localhost"}},
        "security": [{"$ref": "#/components/securitySchemes/cookie"}, {"$ref": "#/components/securitySchemes/bearer"}],
    },
}


def text() -> str:
    """Return the file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"
