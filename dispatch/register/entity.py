"""Rescue points and cameras as the fold knows them. Accounts are their entries."""

import msgspec

from contracts.registry_entries import AccountEntry, CameraEntry, PointEntry
from contracts.terms import CameraStatus


class Point(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """opened_by: the plan that opened it, and that closes it again. held: beds kept for somebody on the way."""

    entry: PointEntry
    version: int
    open: bool
    beds_free: int
    opened_by: str | None = None
    held: int = 0


class Camera(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """since_ms: of its status."""

    entry: CameraEntry
    version: int
    status: CameraStatus = CameraStatus.UNKNOWN
    reason: str = ""
    since_ms: int | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Who may log in."""

    entry: AccountEntry
    version: int
