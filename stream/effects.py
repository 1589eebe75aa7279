"""Doing what commits owe: candidates for waves, messages to phones. Owed effects are state: nothing is lost, nothing is remembered here."""

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import redis
import redis.asyncio
import structlog
from aiokafka.errors import KafkaError

from contracts.commands import AnyBody, OfferWave, RecordDelivery, RecordEffect
from contracts.effects import CallUp, Effect, FindWave, NotifyUnit, TellReporter
from contracts.terms import Channel, DeliveryStatus, UnitKind, UnitState, Urgency
from contracts.values import Candidate, ShortfallCount
from dispatch import State, owed
from stream.candidates import candidates_for
from stream.commands import CommandSender, system_command
from stream.follow import LogFollower
from stream.partition import partition_of
from stream.push import WebPusher, subscribed_units
from stream.vault.secrets import SecretsStore

log = structlog.get_logger(__name__)

AGAIN_S = 10.0
LOOK_S = 0.1
_AT_ONCE = 16
# A push service that is away is tried again for as long as the message is worth something, and at least so often.
_PUSH_TRIES = 3

_Answer = tuple[tuple[Candidate, ...], tuple[ShortfallCount, ...]]


class Effects:
    """Looks at what the followed states owe, does it once, and again after AGAIN_S if it is owed still.

    Identifiers say which effect and which attempt, so a second worker, or this one after a restart, changes nothing twice.
    Searches for units that a jurisdiction owes at the same time (a plan dispatches all that wait) are answered together, see shares.py.
    """

    def __init__(
        self, follower: LogFollower, store: redis.asyncio.Redis, sender: CommandSender, secrets: SecretsStore, pusher: WebPusher
    ) -> None:
        self._follower, self._store, self._sender, self._secrets, self._pusher = follower, store, sender, secrets, pusher
        self._tried: dict[tuple[str, str], tuple[int, float]] = {}
        # Whom the answers that are on their way to the log offer: by jurisdiction, by effect.
        self._promised: dict[str, dict[str, frozenset[str]]] = {}
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()
        self.counts: Counter[str] = Counter()

    @property
    def owing(self) -> int:
        """How many effects are owed now."""
        return sum(len(owed(state)) for state in self._follower.states())

    async def run(self) -> None:
        """Run until cancelled."""
        await self._follower.ready.wait()
        try:
            while True:
                self._look(time.monotonic())
                await asyncio.sleep(LOOK_S)
        finally:
            for task in self._tasks:
                task.cancel()

    def _look(self, now_s: float) -> None:
        owing: set[tuple[str, str]] = set()
        for state in self._follower.states():
            searches: list[tuple[FindWave, int]] = []
            for name, effect in owed(state).items():
                place = (state.jurisdiction, name)
                owing.add(place)
                attempt, next_s = self._tried.get(place, (0, 0.0))
                if now_s < next_s:
                    continue
                self._tried[place] = (attempt + 1, now_s + AGAIN_S)
                if isinstance(effect, FindWave):
                    searches.append((effect, attempt))
                else:
                    self._start(state, [(effect, attempt)], self._handle(state, effect, attempt))
            if searches:
                self._start(state, searches, self._search(state, searches))
        for place in self._tried.keys() - owing:
            del self._tried[place]
            self._promised.get(place[0], {}).pop(place[1], None)

    def _start(self, state: State, effects: Sequence[tuple[Effect, int]], doing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._do(state, effects, doing))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, state: State, effects: Sequence[tuple[Effect, int]], doing: Coroutine[Any, Any, None]) -> None:
        async with self._at_once:
            try:
                await doing
                self.counts["done"] += len(effects)
            except (KafkaError, redis.RedisError, OSError, TimeoutError) as err:
                self.counts["waits"] += len(effects)
                log.warning("effect_waits", **_place(state, *effects[0]), effects=len(effects), error=repr(err))
                for effect, attempt in effects:
                    self._tried[state.jurisdiction, effect.effect] = (attempt, time.monotonic() + 1.0)
            except Exception:
                self.counts["failures"] += len(effects)
                log.exception("effect_failed", **_place(state, *effects[0]), effects=len(effects))

    async def _handle(self, state: State, effect: Effect, attempt: int) -> None:
        if isinstance(effect, NotifyUnit):
            await self._notify(state, effect, attempt)
        elif isinstance(effect, CallUp):
            await self._call_up(state, effect, attempt)
        elif isinstance(effect, TellReporter):
            # The reporter's own page shows how it ended; no channel calls them back yet.
            await self._send(state, effect, attempt, RecordEffect(effect=effect.effect, done=False, detail="no_channel"))

    async def _search(self, state: State, searches: Sequence[tuple[FindWave, int]]) -> None:
        """Answer all searches that a jurisdiction owes now: one by itself, several so that they don't ask for the same people."""
        together: Mapping[str, _Answer] = {}
        if len(searches) > 1:
            from stream.shares import shares_for  # noqa: PLC0415 - loads numpy, and rivals have OR-Tools loaded: memory that a calm night saves

            try:
                promised = self._promised_to_others(state, [effect for effect, _ in searches])
                together = await shares_for(self._store, state, [effect for effect, _ in searches], promised, self._now_ms(state))
                self.counts["shared_out"] += len(together)
            except (ArithmeticError, ImportError) as err:
                # One after the other is worse, but never nothing.
                log.warning("not_shared_out", **_place(state, *searches[0]), effects=len(searches), error=repr(err))
        sending = []
        for effect, attempt in searches:
            answer = together.get(effect.effect)
            if answer is None:
                promised = self._promised_to_others(state, [effect])
                answer = await candidates_for(self._store, state, effect, self._now_ms(state), promised)
            found, short = answer
            self._promised.setdefault(state.jurisdiction, {})[effect.effect] = frozenset(one.unit for one in found[: effect.wanted])
            body = OfferWave(incident=effect.incident, effect=effect.effect, wave=effect.wave, candidates=found, shortfalls=short)
            sending.append(self._send(state, effect, attempt, body))
        await asyncio.gather(*sending)

    def _promised_to_others(self, state: State, searches: Sequence[FindWave]) -> frozenset[str]:
        """Whom answers that the state doesn't show yet have offered; the writer would drop them from another one."""
        own = {search.effect for search in searches}
        by_effect = self._promised.get(state.jurisdiction, {})
        return frozenset().union(*(units for effect, units in by_effect.items() if effect not in own))

    async def _notify(self, state: State, effect: NotifyUnit, attempt: int) -> None:
        late = effect.expires_at_ms is not None and effect.expires_at_ms <= self._now_ms(state)
        if effect.channel is not Channel.WEB_PUSH:
            status, detail = DeliveryStatus.FAILED, "no_such_channel"
        elif late:
            status, detail = DeliveryStatus.FAILED, "expired"
        else:
            message = {
                "template": effect.template,
                "assignment": effect.assignment,
                "urgency": effect.urgency,
                "expires_at_ms": effect.expires_at_ms,
            }
            sent = await asyncio.to_thread(self._pusher.send, effect.unit, message, urgent=effect.urgency is not Urgency.ROUTINE)
            if not sent.accepted and sent.detail.startswith("push_service") and attempt + 1 < _PUSH_TRIES:
                self._tried[state.jurisdiction, effect.effect] = (attempt + 1, time.monotonic() + 1.0)
                self.counts["push:tried_again"] += 1
                return
            status, detail = (DeliveryStatus.SENT, "") if sent.accepted else (DeliveryStatus.FAILED, sent.detail)
        self._count_push(state, effect, attempt, status.value if status is DeliveryStatus.SENT else detail)
        body = RecordDelivery(assignment=effect.assignment, channel=effect.channel, status=status, effect=effect.effect, detail=detail)
        await self._send(state, effect, attempt, body)

    async def _call_up(self, state: State, effect: CallUp, attempt: int) -> None:
        phones = await asyncio.to_thread(subscribed_units, self._secrets)
        asked = sorted(
            name
            for name, unit in state.units.items()
            if name in phones and unit.entry.kind is UnitKind.VOLUNTEER and unit.state is UnitState.OFF_DUTY
        )[: effect.wanted]
        message = {"template": "call_up", "plan": effect.plan, "message": effect.message}
        told = 0
        for name in asked:
            sent = await asyncio.to_thread(self._pusher.send, name, message, urgent=True)
            self._count_push(state, effect, attempt, DeliveryStatus.SENT.value if sent.accepted else sent.detail)
            told += sent.accepted
        body = RecordEffect(effect=effect.effect, done=told > 0, detail=f"told {told} of {effect.wanted}, {len(phones)} phones known")
        await self._send(state, effect, attempt, body)

    def _count_push(self, state: State, effect: Effect, attempt: int, result: str) -> None:
        # What follows the colon (the library's name of an error) is for a person to read, and would make a family of figures endless.
        outcome = result.partition(":")[0]
        self.counts[f"push:{outcome}"] += 1
        if outcome != DeliveryStatus.SENT.value:
            log.info("push_not_sent", **_place(state, effect, attempt), result=result)

    async def _send(self, state: State, effect: Effect, attempt: int, body: AnyBody) -> None:
        command = system_command(body, jurisdiction=state.jurisdiction, command_id=_command_id(state, effect, attempt))
        await self._sender.send(command)

    def _now_ms(self, state: State) -> int:
        """The log's time: windows end by it, and positions are as old as it says."""
        return self._follower.clocks.of(partition_of(state.jurisdiction)).now_ms()


def _command_id(state: State, effect: Effect, attempt: int) -> str:
    return f"sys:{state.jurisdiction}:{effect.effect}" + (f":{attempt}" if attempt else "")


def _place(state: State, effect: Effect, attempt: int) -> dict[str, str | int]:
    """What a log line says of an effect: whose it is, after which commit it was owed, and the command that its result becomes."""
    return {
        "effect": effect.effect, "attempt": attempt, "jurisdiction": state.jurisdiction, "sequence": state.sequence,
        "command": _command_id(state, effect, attempt),
    }  # fmt: skip
