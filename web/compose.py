"""From the runtime file to the services of this process."""

from pathlib import Path
from typing import NamedTuple

import redis

from contracts.runtime import Runtime
from stream.commands import CommandGate
from stream.log_clock import LogClock
from stream.vault.evidence import FsspecEvidenceStore
from stream.vault.keystore import FileKeyStore
from stream.vault.sealer import TextSealer
from stream.vault.secrets import SecretsStore
from web.access.caller import writers
from web.access.ended import EndedSessions
from web.access.throttle import Throttle
from web.access.tokens import Tokens
from web.board.board import PHONES_SEE, Board
from web.board.follower import Follower
from web.board.masking import MaskedNames
from web.board.redis_model import RedisReadModel
from web.new_keys import NewKeys
from web.platform_figures import PlatformFigures, expected_parts
from web.ports import HeadBlur
from web.positions import PositionPacker
from web.redis_connection import PromptConnection
from web.services import Services

DIST = Path(__file__).resolve().parent / "dist"
# Longer than the feed's own wait, so that a quiet feed is not taken for an absent server.
_SOCKET_S = 3.0


class Plugs(NamedTuple):
    """What only the composition root can bring: web imports no adapter."""

    blur: HeadBlur | None = None


def open_services(runtime: Runtime, plugs: Plugs | None = None, dist: Path = DIST, *, phones_alone: bool = False) -> Services:
    """Open every store of this process. Nothing is asked of Kafka or Redis yet. Raises OSError, UnreadableError."""
    plugs = plugs or Plugs()
    server = redis.Redis.from_url(
        runtime.valkey_url,
        connection_class=PromptConnection,
        socket_timeout=_SOCKET_S,
        socket_connect_timeout=1.0,
        health_check_interval=0,
        max_connections=200,
    )
    keys = FileKeyStore(Path(runtime.keystore))
    secrets = SecretsStore(Path(runtime.secrets_store), keys)
    sealer = TextSealer(keys)
    read_model = RedisReadModel(server)
    board = Board(None, PHONES_SEE) if phones_alone else Board(MaskedNames(sealer))
    jurisdictions = writers(runtime.jurisdictions)
    clock = LogClock()
    gate = CommandGate(runtime, server, clock)
    return Services(
        runtime=runtime,
        clock=clock,
        jurisdictions=jurisdictions,
        board=board,
        follower=Follower(read_model, board, jurisdictions, clock),
        read_model=read_model,
        gate=gate,
        secrets=secrets,
        keys=keys,
        new_keys=NewKeys(keys),
        sealer=sealer,
        evidence=FsspecEvidenceStore(runtime.evidence, keys),
        tokens=Tokens.of_installation(secrets),
        throttle=Throttle(server),
        positions=PositionPacker(gate, board, runtime),
        ended=EndedSessions(server),
        redis=server,
        figures=PlatformFigures(server, board, expected_parts(runtime), clock),
        dist=str(dist),
        blur=plugs.blur,
    )
