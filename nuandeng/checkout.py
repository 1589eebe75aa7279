"""Where the product's files lie: the checkout it runs from, and the cache that set-up fills."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def cache_dir() -> Path:
    """The folder of everything set-up fetched or built: `.cache` of the checkout, or NUANDENG_CACHE."""
    chosen = os.environ.get("NUANDENG_CACHE")
    return Path(chosen).resolve() if chosen else ROOT / ".cache"
