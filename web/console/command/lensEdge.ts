/** Who is beyond the lens stands at its edge, in their direction, beside one another and never on top. Pure. */
export interface Beyond { id: string; angle: number }
export interface EdgeSpot { x: number; y: number }

/**
 * Places along the edge of a width × height lens, `inset` px inside it, at least `apart` px from each other, in the order of their directions.
 * `taken` are stretches that belong to something else. angle: radians, as atan2(y down, x).
 */
export function edgeSpots(people: readonly Beyond[], width: number, height: number, inset: number, apart: number, taken: readonly EdgeSpot[] = []): Map<string, EdgeSpot> {
  const [w, h] = [width - 2 * inset, height - 2 * inset]
  const round = 2 * (w + h)
  const spotAt = (along: number): EdgeSpot => {
    const s = ((along % round) + round) % round
    if (s < w) return { x: inset + s, y: inset }
    if (s < w + h) return { x: inset + w, y: inset + s - w }
    if (s < 2 * w + h) return { x: inset + w - (s - w - h), y: inset + h }
    return { x: inset, y: inset + h - (s - 2 * w - h) }
  }
  const alongOf = (angle: number): number => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)]
    const k = Math.min(w / 2 / (Math.abs(c) || 1e-6), h / 2 / (Math.abs(s) || 1e-6))
    const [x, y] = [w / 2 + c * k, h / 2 + s * k]
    if (y <= 0.01) return x
    if (x >= w - 0.01) return w + y
    return y >= h - 0.01 ? w + h + (w - x) : 2 * w + h + (h - y)
  }
  const found = new Map<string, EdgeSpot>()
  const used: EdgeSpot[] = [...taken]
  for (const { id, angle } of people) {
    const wanted = alongOf(angle)
    let best = spotAt(wanted)
    for (let step = 0; step * 4 <= round / 2; step++) {
      const free = [step * 4, -step * 4].map((aside) => spotAt(wanted + aside)).find((spot) => used.every((other) => Math.hypot(other.x - spot.x, other.y - spot.y) >= apart))
      if (free) {
        best = free
        break
      }
    }
    used.push(best)
    found.set(id, best)
  }
  return found
}
