"""Distances on the ground."""

from math import cos, hypot, radians

from contracts.values import Place

METRES_PER_DEGREE = 111_195.0


def distance_m(lat_a_wgs84: float, lon_a_wgs84: float, lat_b_wgs84: float, lon_b_wgs84: float) -> float:
    """Return the distance in metres; flat earth at the mean latitude, good to 0.1 % within a city."""
    north = (lat_b_wgs84 - lat_a_wgs84) * METRES_PER_DEGREE
    east = (lon_b_wgs84 - lon_a_wgs84) * METRES_PER_DEGREE * cos(radians((lat_a_wgs84 + lat_b_wgs84) / 2))
    return hypot(north, east)


def between_m(first: Place, second: Place) -> float:
    """Return the distance of two places in metres."""
    return distance_m(first.lat_wgs84, first.lon_wgs84, second.lat_wgs84, second.lon_wgs84)


def is_on_the_ground(place: Place) -> bool:
    """Say whether the coordinates and the division code can be true."""
    # What is no number is not within bounds either.
    if not (-90 <= place.lat_wgs84 <= 90 and -180 <= place.lon_wgs84 <= 180):
        return False
    area = place.area
    return 6 <= len(area) <= 12 and area.isdigit()
