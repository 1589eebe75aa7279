"""The two front-ends: pages, hashed assets that never change, and what was compressed beforehand."""

import mimetypes
from pathlib import Path

from flask import Flask, Request, Response, request
from werkzeug.security import safe_join

from web.problems import NotFoundError

_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".webmanifest": "application/manifest+json", ".woff2": "font/woff2",
          ".svg": "image/svg+xml", ".json": "application/json", ".geojson": "application/geo+json"}  # fmt: skip
_FOREVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"
_SHORT = "public, max-age=3600"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))


class FrontEnds:
    """Serves files of the build."""

    def __init__(self, dist: Path) -> None:
        self._dist = dist

    def register(self, app: Flask) -> None:
        """Add the pages' routes."""
        app.add_url_rule("/", "console", lambda: self.page("console.html"))
        app.add_url_rule("/wall", "wall", lambda: self.page("console.html"))
        app.add_url_rule("/v", "field_short", lambda: Response(status=308, headers={"Location": "/v/"}))
        app.add_url_rule("/v/", "field", lambda: self.page("field.html"))
        app.add_url_rule("/v/sw.js", "field_worker", self.worker)
        app.add_url_rule("/v/<path:path>", "field_page", self.field_path)
        app.add_url_rule("/<path:path>", "file", self.file)

    def page(self, name: str) -> Response:
        """A page: never from a cache without asking."""
        return self._send(name, _ASK)

    def worker(self) -> Response:
        """The volunteer page's service worker; lying under /v/ its scope is /v/."""
        name = "v/sw.js" if (self._dist / "v" / "sw.js").is_file() else "sw.js"
        response = self._send(name, _ASK)
        # It precaches assets of both folders, but only /v/ pages are under its hand.
        response.headers["Service-Worker-Allowed"] = "/v/"
        return response

    def field_path(self, path: str) -> Response:
        """A file under /v/, else the volunteer page: its own router knows the rest."""
        for name in (f"v/{path}", path):
            if self._find(name) is not None:
                return self._send(name, _cache_of(name))
        return self.page("field.html")

    def file(self, path: str) -> Response:
        """Any other file of the build; an address without a dot is a page of the console."""
        if self._find(path) is not None:
            return self._send(path, _cache_of(path))
        if "." not in path.rpartition("/")[2] and not path.startswith(("api/", "socket.io", "assets/")):
            return self.page("console.html")
        raise NotFoundError(f"There is no /{path}.")

    def _find(self, name: str) -> Path | None:
        joined = safe_join(str(self._dist), name)
        if joined is None or name.endswith((".br", ".gz")) or "/." in f"/{name}":
            return None
        path = Path(joined)
        try:
            return path if path.is_file() else None
        except OSError:
            return None  # longer than a name can be

    def _send(self, name: str, cache: str) -> Response:
        path = self._find(name)
        if path is None:
            raise NotFoundError(f"{name} has not been built.")
        kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        chosen, encoding = _compressed(path, request)
        stat = chosen.stat()
        response = Response(content_type=f"{kind}; charset=utf-8" if kind.startswith("text/") or "json" in kind else kind)
        response.headers["Cache-Control"] = cache
        response.vary.add("Accept-Encoding")
        if encoding:
            response.headers["Content-Encoding"] = encoding
        response.set_etag(f"{stat.st_mtime_ns:x}-{stat.st_size:x}{encoding or ''}")
        response.make_conditional(request)
        if response.status_code != 304:
            response.set_data(chosen.read_bytes())
        return response


def _cache_of(name: str) -> str:
    if name.startswith("assets/") or "/assets/" in name:
        return _FOREVER
    return _ASK if name.endswith((".html", ".js", ".webmanifest")) else _SHORT


def _compressed(path: Path, asked: Request) -> tuple[Path, str | None]:
    for name, suffix in _ENCODINGS:
        beside = path.with_name(path.name + suffix)
        if asked.accept_encodings[name] > 0 and beside.is_file():
            return beside, name
    return path, None
