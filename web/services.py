"""Everything a request may need, put together once per process."""

from dataclasses import dataclass

import redis

from contracts.ports import EvidenceStore, KeyStore, Sealer
from contracts.runtime import Runtime
from stream.log_clock import LogClock
from stream.vault.secrets import SecretsStore
from web.access.ended import EndedSessions
from web.access.throttle import Throttle
from web.access.tokens import Tokens
from web.board.board import Board
from web.board.follower import Follower
from web.new_keys import NewKeys
from web.platform_figures import PlatformFigures
from web.ports import Gate, HeadBlur, ReadModel
from web.positions import PositionPacker


@dataclass(frozen=True, kw_only=True)
class Services:
    """jurisdictions: six-digit codes. clock: what is shown goes by it. blur: None where nothing that finds heads runs."""

    runtime: Runtime
    clock: LogClock
    jurisdictions: tuple[str, ...]
    board: Board
    follower: Follower
    read_model: ReadModel
    gate: Gate
    secrets: SecretsStore
    keys: KeyStore
    new_keys: NewKeys
    sealer: Sealer
    evidence: EvidenceStore
    tokens: Tokens
    throttle: Throttle
    ended: EndedSessions
    positions: PositionPacker
    redis: "redis.Redis"
    figures: PlatformFigures
    dist: str
    blur: HeadBlur | None = None
