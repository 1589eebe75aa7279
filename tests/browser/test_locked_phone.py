"""A locked phone rings: our push goes out encrypted, opens with the browser's keys, and becomes the right notification."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import CDPSession, Page

from nuandeng.city.geography import offset
from stream.push import add_subscription
from tests.browser.pictures import street_picture
from tests.browser.push_service import PushService
from tests.browser.screens import Phone
from tests.browser.town import RunningTown, until
from web.access.accounts import open_secrets

COUNTY = "371622"
# The browser of the tests has no notification centre and refuses every notification, so what the worker asks it to show is noted instead.
RECORD = """() => {
  self.asked = []
  ServiceWorkerRegistration.prototype.showNotification = async (title, { body, tag }) => void self.asked.push({ title, body, tag })
}"""


@pytest.fixture
def push_service() -> Iterator[PushService]:
    service = PushService()
    yield service
    service.close()


def worker_registration(page: Page) -> tuple[CDPSession, str]:
    """The debugging protocol's session on the page, and the registration's identifier in it."""
    found: list[str] = []
    page.evaluate("() => navigator.serviceWorker.ready.then(() => true)")
    session = page.context.new_cdp_session(page)
    session.on(
        "ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(one["registrationId"] for one in event["registrations"])
    )
    session.send("ServiceWorker.enable")
    until(lambda: page.evaluate("() => true") and found, "the service worker is registered")
    return session, found[-1]


def test_an_offer_rings_a_locked_phone(town: RunningTown, phone: Callable[..., Phone], push_service: PushService) -> None:
    """From the operator's dispatch to the notification, with nothing personal on the way."""
    camera = town.cameras[COUNTY][0]
    at = offset((camera.place.lat_wgs84, camera.place.lon_wgs84), 80, 40)
    unit = town.volunteer_with_phone("vol-push", "吴海燕", camera.place)
    add_subscription(open_secrets(town.runtime), unit, push_service.subscription(), local=True)
    mobile = phone(at)
    page = mobile.enter("vol-push")

    manifest = page.evaluate("async () => (await fetch(document.querySelector('link[rel=manifest]').href)).json()")
    assert (manifest["scope"], manifest["display"]) == ("/v/", "standalone")
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    session, registration = worker_registration(page)

    town.clock_on({unit: at})
    incident = town.sighting(camera, street_picture("park-lying"))
    town.dispatch(incident, [unit])
    until(lambda: push_service.received, "the push service was called")
    headers, sealed = push_service.received[0]
    assert headers["content-encoding"] == "aes128gcm"
    assert headers["urgency"] == "high"
    assert headers["authorization"].startswith("vapid ")
    assert b"offer" not in sealed
    plain = push_service.opened()
    message = json.loads(plain)
    assert message["template"] == "offer"
    assert set(message) == {"template", "assignment", "urgency", "expires_at_ms"}

    (worker,) = page.context.service_workers
    worker.evaluate(RECORD)
    page.evaluate("() => { window.told = new Promise((done) => navigator.serviceWorker.addEventListener('message', (e) => done(e.data))) }")
    origin = urlsplit(town.url)
    session.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": f"{origin.scheme}://{origin.netloc}", "registrationId": registration, "data": plain.decode()},
    )
    told = page.evaluate("() => window.told")
    assert (told["type"], told["message"]["assignment"]) == ("push", message["assignment"])
    notices = until(lambda: worker.evaluate("() => self.asked"), "the worker asked for a notification")
    assert notices == [{"title": "暖灯:有人需要帮助", "body": "请在时限内回答。婉拒不扣分。", "tag": message["assignment"]}]
    assert mobile.complaints == []
