"""Positions as the web process has them: read whole once, then only what moved, and whole again when something may be missing."""

import msgspec

from stream.readmodel import keys
from tests.integration.web.town import COUNTY, Town
from web.board.redis_model import RedisReadModel
from web.board.whereabouts import Whereabouts


def _moves(town: Town, *units: str, at_ms: int) -> None:
    fixes = [{"unit": unit, "lat_wgs84": 37.3, "lon_wgs84": 117.9, "at_ms": at_ms} for unit in units]
    town.store.hset(keys.seen(COUNTY), mapping=dict.fromkeys(units, f"{at_ms},37.3,117.9,10"))
    town.store.xadd(keys.moves(COUNTY), {"m": msgspec.json.encode(fixes)}, maxlen=keys.MOVES_KEPT, approximate=False)


def _fresh(whereabouts: Whereabouts, epoch: str = "e1") -> dict[str, int]:
    return {unit: at_ms for unit, (at_ms, _, _) in whereabouts.fresh([COUNTY], epoch).get(COUNTY, {}).items()}


def test_each_look_tells_what_moved_since_the_last(town: Town) -> None:
    """Nobody is told twice, nobody is missed, also when more moved than is kept, or the read model is another one."""
    whereabouts = Whereabouts(RedisReadModel(town.store))
    _moves(town, "u1", "u2", at_ms=5)
    assert _fresh(whereabouts) == {"u1": 5, "u2": 5}
    assert _fresh(whereabouts) == {}
    _moves(town, "u2", at_ms=6)
    _moves(town, "u3", at_ms=7)
    assert _fresh(whereabouts) == {"u2": 6, "u3": 7}
    for at_ms in range(10, 12 + keys.MOVES_KEPT):
        _moves(town, "u1" if at_ms == 10 else "u2", at_ms=at_ms)
    assert _fresh(whereabouts) == {"u1": 10, "u2": 11 + keys.MOVES_KEPT}
    assert {unit: fix[0] for unit, fix in whereabouts.known(COUNTY).items()} == {"u1": 10, "u2": 11 + keys.MOVES_KEPT, "u3": 7}
    town.store.delete(keys.moves(COUNTY))
    town.store.hset(keys.seen(COUNTY), "u3", "99,37.3,117.9,10")
    assert _fresh(whereabouts, "e2") == {"u3": 99}
