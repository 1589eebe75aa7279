"""A broken link in an index of warnings hides none of the others."""

import pytest

from camera_adapters.weather.index import links
from camera_adapters.weather.xml_reading import read_xml

BASE = "http://127.0.0.1/feed"


@pytest.mark.parametrize("broken", [b"http://[", b"//[::1", b"http://[v1.]x]/", b"https://127.0.0.1]/a"])
def test_what_is_no_address_is_passed_over(broken: bytes) -> None:
    """`urljoin` raised ValueError, and nothing of the index was read."""
    atom = b"<feed><entry><link href='" + broken + b"'/></entry><entry><link href='b.xml'/></entry></feed>"
    rss = b"<rss><channel><item><link>" + broken + b"</link></item><item><link>b.xml</link></item></channel></rss>"
    for index in (atom, rss):
        assert links(read_xml(index), BASE, 100) == ("http://127.0.0.1/b.xml",)
