"""From a request to a command, and from its commit to an answer."""

import time
from collections.abc import Callable
from hashlib import sha256
from secrets import token_hex

import redis
from flask import Response
from pydantic import BaseModel

from contracts.commands import AnyBody
from contracts.documents import Answer
from contracts.errors import StoreAwayError, UnreadableError
from stream.commands import client_command_id
from web import metrics
from web.api.replies import reply
from web.api.routes import PREFIX, Call
from web.board.follower import Expected
from web.problems import InvalidError, KeyReusedError, from_rules
from web.services import Services

WAIT_S = 2.0
_LOOK_EVERY_S = 0.25
_KEPT_S = 86_400


def submit(call: Call, *, jurisdiction: str, build: Callable[[], AnyBody]) -> Response:
    """Send a command and wait up to WAIT_S for its commit.

    Args:
        build: makes the command's body; called once the key is known to be free, because sealing makes keys.
    Returns:
        200 Answer, or 202 with where to ask.
    Raises:
        RefusedError, KeyReusedError, InvalidError, StoreAwayError.
    """
    answer, command_id = settle(call, jurisdiction=jurisdiction, build=build)
    if answer is None:
        return reply({"command_id": command_id, "href": f"{PREFIX}/commands/{command_id}"}, 202)
    if not answer.accepted:
        raise from_rules(answer.code or "refused", answer.detail)
    return reply(answer)


def settle(call: Call, *, jurisdiction: str, build: Callable[[], AnyBody]) -> tuple[Answer | None, str]:
    """As `submit`; return the answer as it is, or None, and the command's identifier."""
    services, caller = call.services, call.who()
    if jurisdiction not in services.jurisdictions:
        raise InvalidError(f"Nobody here is responsible for {jurisdiction}.")
    command_id = client_command_id(caller.account.account, call.key or token_hex(16))
    fingerprint = _fingerprint(call)
    if not _first_use(services, command_id, f"{fingerprint} {caller.account.account}"):
        known = services.read_model.answer(command_id)
        if known is not None:
            return known, command_id
    body = build()
    started_s = time.monotonic()
    expected = services.follower.expect(command_id)
    try:
        services.gate.send(
            body, jurisdiction=jurisdiction, command_id=command_id, actor=caller.actor(), body_sha256=fingerprint,
            trace=None if call.trace is None else str(call.trace), acknowledged_s=WAIT_S,
        )  # fmt: skip
        answer = _await_answer(services, command_id, expected, started_s + WAIT_S)
    except UnreadableError as err:
        raise InvalidError(str(err)) from err
    except StoreAwayError:
        metrics.COMMANDS.labels(type(body).__name__, "away").inc()
        raise
    finally:
        services.follower.forget(command_id)
    outcome = "unknown" if answer is None else "accepted" if answer.accepted else "refused"
    metrics.COMMANDS.labels(type(body).__name__, outcome).inc()
    if answer is not None:
        metrics.COMMAND_S.observe(time.monotonic() - started_s)
    return answer, command_id


def asked_by(call: Call, command_id: str) -> bool:
    """Say whether the caller asked this command within the last day. Raises StoreAwayError."""
    try:
        known: object = call.services.redis.get(f"idempotency:{command_id}")
    except redis.RedisError as err:
        raise StoreAwayError("Redis does not answer.") from err
    return isinstance(known, bytes) and known.partition(b" ")[2] == call.who().account.account.encode()


def _await_answer(services: Services, command_id: str, expected: Expected, deadline_s: float) -> Answer | None:
    while True:
        left_s = deadline_s - time.monotonic()
        # The feed wakes us; a command that was decided long ago leaves no new entry, so look now and then as well.
        expected.wait(max(0.0, min(left_s, _LOOK_EVERY_S)))
        if expected.answer is not None:
            return expected.answer
        try:
            answer = services.read_model.answer(command_id)
        except StoreAwayError:
            # It was produced: not refused, only unknown yet.
            answer = None
        if answer is not None or time.monotonic() >= deadline_s:
            return answer


def _fingerprint(call: Call) -> str:
    body = call.body.model_dump_json() if isinstance(call.body, BaseModel) else ""
    where = "/".join(f"{name}={value}" for name, value in sorted(call.path.items()))
    return sha256(f"{call.operation}\n{where}\n{body}".encode()).hexdigest()


def _first_use(services: Services, command_id: str, use: str) -> bool:
    """Remember what a key was used for, and by whom. Raises KeyReusedError, StoreAwayError."""
    try:
        before = services.redis.set(f"idempotency:{command_id}", use, nx=True, get=True, ex=_KEPT_S)
    except redis.RedisError as err:
        raise StoreAwayError("Redis does not answer; nothing was done.") from err
    if before is None:
        return True
    if bytes(before).decode().partition(" ")[0] != use.partition(" ")[0]:  # type: ignore[arg-type]  # a synchronous client's value is bytes
        raise KeyReusedError("This Idempotency-Key was used for another request.")
    return False
