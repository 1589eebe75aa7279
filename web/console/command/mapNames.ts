/** Where a county's name stands: inside it, clear of what stands still, and out of the way of lamps. Pure. */
import type { Geometry, Position } from 'geojson'
import { boundsOf, centerOf, rings } from './mapData'

export type Spot = [number, number]
export interface Box { x: number; y: number; left: number; right: number; top: number; bottom: number }
export interface Name {
  code: string
  /** Best first; the spot it has now, if any, before all others, so that a name does not wander. */
  spots: readonly Spot[]
  /** How far the name reaches around its spot, px. */
  reach: Pick<Box, 'left' | 'right' | 'top' | 'bottom'>
}

const STEPS = 16
const MOST_SPOTS = 60

function inside(ring: Position[], x: number, y: number): boolean {
  let odd = false
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    const [xi = 0, yi = 0] = ring[i] ?? []
    const [xj = 0, yj = 0] = ring[j] ?? []
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd
  }
  return odd
}

/** Spots inside the county, the clearest of what stands still (cameras, points) and most central first. */
export function nameSpots(geometry: Geometry, fixed: readonly Spot[]): Spot[] {
  const center = centerOf(geometry)
  const ring = rings(geometry).sort((a, b) => b.length - a.length)[0] ?? []
  const box = boundsOf([{ type: 'Feature', properties: {}, geometry }])
  if (!box) return [center]
  const [width, height] = [box[2] - box[0], box[3] - box[1]]
  const found: { spot: Spot; score: number }[] = []
  for (let i = 1; i < STEPS; i++) {
    for (let j = 1; j < STEPS; j++) {
      const x = box[0] + (width * i) / STEPS
      const y = box[1] + (height * j) / STEPS
      // The name is wide and the count stands below it: the room to both sides and below counts.
      const whole = [[x, y], [x - 0.07, y], [x + 0.07, y], [x, y - 0.06]].every(([a = 0, b = 0]) => inside(ring, a, b))
      if (!whole && !inside(ring, x, y)) continue
      let clear = 0.12
      for (const [fx, fy] of fixed) clear = Math.min(clear, Math.hypot((fx - x) * 0.6, fy - (y - 0.025)))
      found.push({ spot: [x, y], score: clear - 0.25 * Math.hypot(x - center[0], y - center[1]) - (whole ? 0 : 0.2) })
    }
  }
  found.sort((a, b) => b.score - a.score)
  return found.length ? found.slice(0, MOST_SPOTS).map(({ spot }) => spot) : [center]
}

const overlap = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.right, b.x + b.right) - Math.max(a.x - a.left, b.x - b.left)) * Math.max(0, Math.min(a.y + a.bottom, b.y + b.bottom) - Math.max(a.y - a.top, b.y - b.top))

/**
 * A spot for each name where neither a thing in the way nor another name covers it; where all are covered, the one covered least.
 * Names with little room choose first.
 */
export function settleNames(names: readonly Name[], inTheWay: readonly Box[], project: (spot: Spot) => { x: number; y: number }): Map<string, Spot> {
  const taken: Box[] = [...inTheWay]
  const chosen = new Map<string, Spot>()
  for (const { code, spots, reach } of [...names].sort((a, b) => a.spots.length - b.spots.length || (a.code < b.code ? -1 : 1))) {
    let best: { spot: Spot; box: Box; covered: number } | null = null
    for (const spot of spots) {
      const box = { ...project(spot), ...reach }
      const covered = taken.reduce((sum, other) => sum + overlap(box, other), 0)
      if (!best || covered < best.covered) best = { spot, box, covered }
      if (covered === 0) break
    }
    if (!best) continue
    taken.push(best.box)
    chosen.set(code, best.spot)
  }
  return chosen
}
