/** Plane geometry of a city, and the datum that Chinese map apps expect. */
const EARTH_M = 6_371_008.8
const RAD = Math.PI / 180

export interface Spot {
  lat_wgs84: number
  lon_wgs84: number
}

/** Great-circle distance in metres. */
export function distance_m(a: Spot, b: Spot): number {
  const dLat = (b.lat_wgs84 - a.lat_wgs84) * RAD
  const dLon = (b.lon_wgs84 - a.lon_wgs84) * RAD
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a.lat_wgs84 * RAD) * Math.cos(b.lat_wgs84 * RAD) * Math.sin(dLon / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h)))
}

/** East and north of `from`, in metres; good to 0.1 % within 20 km. */
export function offset_m(from: Spot, to: Spot): { east: number; north: number } {
  return {
    east: (to.lon_wgs84 - from.lon_wgs84) * RAD * EARTH_M * Math.cos(from.lat_wgs84 * RAD),
    north: (to.lat_wgs84 - from.lat_wgs84) * RAD * EARTH_M,
  }
}

/** A circle as a ring of [lon, lat], closed. */
export function circle(center: Spot, radius_m: number, corners = 72): [number, number][] {
  const ring: [number, number][] = []
  for (let i = 0; i <= corners; i++) {
    const angle = (i % corners) * ((2 * Math.PI) / corners)
    ring.push([
      center.lon_wgs84 + ((radius_m * Math.sin(angle)) / (EARTH_M * Math.cos(center.lat_wgs84 * RAD))) / RAD,
      center.lat_wgs84 + ((radius_m * Math.cos(angle)) / EARTH_M) / RAD,
    ])
  }
  return ring
}

const A = 6_378_245
const EE = 0.006_693_421_622_965_943

function shift(x: number, y: number): { lat: number; lon: number } {
  const common = (20 * Math.sin(6 * x * Math.PI) + 20 * Math.sin(2 * x * Math.PI)) * (2 / 3)
  const lat =
    -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x)) + common +
    (20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * (2 / 3) +
    (160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * (2 / 3)
  const lon =
    300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x)) + common +
    (20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * (2 / 3) +
    (150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * (2 / 3)
  return { lat, lon }
}

/** WGS-84 to GCJ-02, the datum of AMap and Tencent; outside China nothing is shifted. */
export function toGcj02(spot: Spot): { lat_gcj02: number; lon_gcj02: number } {
  const { lat_wgs84: lat, lon_wgs84: lon } = spot
  if (lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271) return { lat_gcj02: lat, lon_gcj02: lon }
  const d = shift(lon - 105, lat - 35)
  const sin = Math.sin(lat * RAD)
  const magic = 1 - EE * sin * sin
  const root = Math.sqrt(magic)
  return {
    lat_gcj02: lat + (d.lat * 180) / (((A * (1 - EE)) / (magic * root)) * Math.PI),
    lon_gcj02: lon + (d.lon * 180) / ((A / root) * Math.cos(lat * RAD) * Math.PI),
  }
}
