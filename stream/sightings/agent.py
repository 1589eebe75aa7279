"""patrol.observations → tracks in a Faust table → commands."""

import time
from collections import Counter
from typing import Any

import msgspec
import structlog

from contracts.commands import ReportCameraHealth
from contracts.observations import CameraHealth, Detections, Observation
from dispatch import State
from dispatch.register.entity import Camera
from dispatch.weather.settings import settings_in_force
from stream.agents import UnusableError
from stream.commands import CommandSender, system_command
from stream.follow import LogFollower
from stream.partition import partition_of
from stream.sightings.camera_time import ahead_ms, in_order
from stream.sightings.dwell import due_reports, report_id, report_of, threshold_s
from stream.sightings.tracks import CameraTracks, TooLateError, follow

log = structlog.get_logger(__name__)

TABLE = "tracks"
_HEALTH_AGAIN_MS = 60_000
_UNKNOWN_AGAIN_S = 600.0
# Names are an adapter's to choose: one that makes up ever new ones must not fill a worker's memory.
_UNKNOWN_MOST = 10_000
# One line of so many: an adapter whose clock is ahead times every look wrong.
_TOLD_EVERY = 1_000

decode_observation = msgspec.json.Decoder(Observation).decode
_decode_tracks = msgspec.json.Decoder(CameraTracks).decode
_encode_tracks = msgspec.json.Encoder().encode


class UnknownCameraError(Exception):
    """Nobody registered this camera in this jurisdiction."""

    def __init__(self, camera: str, jurisdiction: str) -> None:
        super().__init__(f"{camera} in {jurisdiction}")


class Watcher:
    """Uses one record at a time. table: a KeptTable of camera key → CameraTracks as bytes."""

    def __init__(self, table: Any, follower: LogFollower, sender: CommandSender, counts: Counter[str]) -> None:
        self._table, self._follower, self._sender, self.counts = table, follower, sender, counts
        self._health: dict[str, tuple[str, str, int]] = {}
        self._unknown_s: dict[str, float] = {}  # the one told of longest ago first

    async def use(self, raw: bytes) -> None:
        """Use one record. Raises UnusableError, msgspec.MsgspecError, KafkaError."""
        observation = decode_observation(raw)
        await self._follower.ready.wait()
        try:
            if isinstance(observation, CameraHealth):
                await self._health_told(observation)
            else:
                await self._looked(observation)
        except UnknownCameraError as err:
            # One letter says it; a camera that looks every second must not fill the topic until somebody registers it.
            now_s = time.monotonic()
            if now_s - self._unknown_s.get(observation.camera, -_UNKNOWN_AGAIN_S) >= _UNKNOWN_AGAIN_S:
                self._unknown_s.pop(observation.camera, None)
                self._unknown_s[observation.camera] = now_s
                if len(self._unknown_s) > _UNKNOWN_MOST:
                    del self._unknown_s[next(iter(self._unknown_s))]
                raise UnusableError("unknown_camera", str(err)) from err
            self.counts["unknown_camera_again"] += 1

    def _camera(self, jurisdiction: str, camera: str) -> tuple[State, Camera]:
        state = self._follower.state(jurisdiction)
        found = None if state is None else state.cameras.get(camera)
        if state is None or found is None:
            raise UnknownCameraError(camera, jurisdiction)
        return state, found

    async def _looked(self, detections: Detections) -> None:
        state, camera = self._camera(detections.jurisdiction, detections.camera)
        threshold = threshold_s(camera.entry, settings_in_force(state))
        key = f"{detections.jurisdiction}/{detections.camera}".encode()
        stored = self._table.get(key)
        before = tracks = self._tracks(stored)
        now_ms = self._follower.clocks.of(partition_of(detections.jurisdiction)).now_ms()
        ahead = ahead_ms(detections.looks, now_ms)
        if ahead:
            self.counts["ahead"] += 1
            if self.counts["ahead"] % _TOLD_EVERY == 1:
                log.warning("adapter_clock_ahead", adapter=detections.adapter, camera=detections.camera, ahead_s=ahead // 1000)
        for look in in_order(detections.looks, now_ms, ahead):
            try:
                tracks = follow(tracks, look)
            except TooLateError:
                self.counts["too_late"] += 1
                continue
            tracks, due = due_reports(tracks, threshold)
            for report in due:
                command = system_command(
                    report_of(camera.entry, report, threshold), jurisdiction=detections.jurisdiction,
                    command_id=report_id(detections.camera, report),
                )  # fmt: skip
                await self._sender.send(command)
                self.counts["reports"] += 1
        if tracks.tracks or before.tracks or not stored:
            # Only now: a report that could not be sent is found due again.
            self._table[key] = _encode_tracks(tracks)
            await self._table.kept()

    def _tracks(self, stored: bytes | None) -> CameraTracks:
        """What the table holds of a camera. What cannot be read any more is begun anew: else the camera would see nobody for ever."""
        if not stored:
            return CameraTracks()
        try:
            return _decode_tracks(stored)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self.counts["tracks_unreadable"] += 1
            return CameraTracks()

    async def _health_told(self, health: CameraHealth) -> None:
        _, camera = self._camera(health.jurisdiction, health.camera)
        now_ms = time.time_ns() // 1_000_000
        status, reason, sent_at_ms = self._health.get(health.camera, ("", "", 0))
        # What was sent a moment ago may not be folded here yet: then it is what the register will say.
        known = (status, reason) if now_ms - sent_at_ms < _HEALTH_AGAIN_MS else (camera.status, camera.reason)
        if known == (health.status, health.reason):
            return
        body = ReportCameraHealth(camera=health.camera, status=health.status, reason=health.reason, at_ms=health.at_ms)
        command_id = f"sys:{health.camera}:health:{health.at_ms}:{health.status}"
        await self._sender.send(system_command(body, jurisdiction=health.jurisdiction, command_id=command_id))
        self._health[health.camera] = (health.status, health.reason, now_ms)
        self.counts["health_changes"] += 1
