"""Rescue points, cameras and accounts as the read model shows them."""

from contracts.documents import AccountDocument, CameraDocument, PointDocument
from dispatch.register.entity import Account, Camera, Point
from dispatch.tables import Tables


def point_document(state: Tables, point: Point) -> PointDocument:
    """Return the document of a rescue point."""
    entry = point.entry
    return PointDocument(
        id=entry.point, jurisdiction=state.jurisdiction, version=point.version, name=entry.name, place=entry.place, station=entry.station,
        open=point.open, opened_by=point.opened_by, beds=entry.beds, beds_free=point.beds_free, beds_held=point.held,
        simulated=entry.simulated,
    )


def camera_document(state: Tables, camera: Camera) -> CameraDocument:
    """Return the document of a camera; its address stays in the log."""
    entry = camera.entry
    return CameraDocument(
        id=entry.camera, jurisdiction=state.jurisdiction, version=camera.version, name=entry.name, place=entry.place, owner=entry.owner,
        heading_deg=entry.heading_deg, status=camera.status, reason=camera.reason, since_ms=camera.since_ms, live=entry.live,
        dwell_threshold_s=entry.dwell_threshold_s, simulated=entry.simulated, protocol=entry.protocol,
    )


def account_document(state: Tables, account: Account) -> AccountDocument:
    """Return the document of an account."""
    return AccountDocument(id=account.entry.account, jurisdiction=state.jurisdiction, version=account.version, entry=account.entry)
