"""All targets by name. A module is loaded only when one of its targets is attacked: so that coverage can be watched from its import on."""

from importlib import import_module

from fuzz.target import Target

_MODULES: dict[str, tuple[str, ...]] = {
    "weather": ("cap", "cma12379", "weather_index"),
    "cases": ("case_feed", "case_mapping"),
    "topics": ("observations", "tracks", "warnings", "reports", "raw_intake", "positions", "dead_letters"),
    "log": ("commands", "commits", "forged_commits"),
    "files": ("settings", "runtime", "snapshots", "keystore", "camera_memory", "evidence_paths"),
    "tables": ("import_csv", "import_xlsx"),
    "words": ("tokens", "subscriptions", "notes", "feed_entries"),
    "pictures": ("picture",),
    "video": ("video",),
    "http": ("http",),
    "sockets": ("console_socket",),
    "phones": ("field_socket", "phone_frames"),
}
NAMES: tuple[str, ...] = tuple(name for names in _MODULES.values() for name in names)


def load(name: str) -> Target:
    """Return a target. Raises KeyError."""
    module = next((module for module, names in _MODULES.items() if name in names), None)
    if module is None:
        raise KeyError(name)
    targets: dict[str, Target] = import_module(f"fuzz.targets.{module}").TARGETS
    return targets[name]
