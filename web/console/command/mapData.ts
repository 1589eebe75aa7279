/** What stands where on the map, from documents. Pure. */
import type { Feature, FeatureCollection, Geometry, Position } from 'geojson'
import type { Fix, WireUnit } from '../../design/wire'
import type { Row } from '../queue'

export const collection = (features: Feature[]): FeatureCollection => ({ type: 'FeatureCollection', features })

export function rings(geometry: Geometry): Position[][] {
  if (geometry.type === 'Polygon') return geometry.coordinates.slice(0, 1)
  return geometry.type === 'MultiPolygon' ? geometry.coordinates.map((polygon) => polygon[0] ?? []) : []
}

/** The area-weighted centre of the largest outer ring: where a county's name stands. */
export function centerOf(geometry: Geometry): [number, number] {
  let best: { area: number; x: number; y: number } | null = null
  for (const ring of rings(geometry)) {
    let area = 0
    let x = 0
    let y = 0
    for (let i = 0; i + 1 < ring.length; i++) {
      const [x0 = 0, y0 = 0] = ring[i] ?? []
      const [x1 = 0, y1 = 0] = ring[i + 1] ?? []
      const cross = x0 * y1 - x1 * y0
      area += cross
      x += (x0 + x1) * cross
      y += (y0 + y1) * cross
    }
    if (area && (!best || Math.abs(area) > Math.abs(best.area))) best = { area, x: x / (3 * area), y: y / (3 * area) }
  }
  return best ? [best.x, best.y] : [0, 0]
}

export function boundsOf(features: Feature[]): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity]
  for (const feature of features) {
    for (const ring of rings(feature.geometry)) {
      for (const [x = 0, y = 0] of ring) {
        box[0] = Math.min(box[0], x)
        box[1] = Math.min(box[1], y)
        box[2] = Math.max(box[2], x)
        box[3] = Math.max(box[3], y)
      }
    }
  }
  return Number.isFinite(box[0]) ? box : null
}

/** A vehicle's number as on its side: the last figures of its label. */
export const vehicleNumber = (label: string): string => /(\d{1,3})\D*$/.exec(label)?.[1] ?? label.slice(0, 2)

const BAR_PX = { width: 26, height: 17 }

/** A bar on the map; `label`: its number, with `+n` when others would be hidden by it. */
export interface Bar { unit: string; at: [number, number]; label: string }

/**
 * Everybody on duty where they last were, of the others than vehicles only who is `inSight`: a city has seventeen thousand. Vehicles whose bars
 * would hide one another stand as one bar with `+n`.
 */
export function standing(
  units: ReadonlyMap<string, WireUnit>, fixes: ReadonlyMap<string, Fix>, inSight: (fix: Fix) => boolean, project: (place: [number, number]) => { x: number; y: number },
): { people: [number, number][]; vehicles: Bar[] } {
  const people: [number, number][] = []
  const shown: { fix: Fix; unit: WireUnit }[] = []
  for (const fix of fixes.values()) {
    const unit = units.get(fix.unit)
    if (unit?.kind === 'vehicle') shown.push({ fix, unit })
    else if (unit && inSight(fix)) people.push([fix.lon_wgs84, fix.lat_wgs84])
  }
  const bars: { x: number; y: number; fix: Fix; unit: WireUnit; more: number }[] = []
  for (const { fix, unit } of shown.sort((a, b) => (a.unit.id < b.unit.id ? -1 : 1))) {
    const { x, y } = project([fix.lon_wgs84, fix.lat_wgs84])
    const under = bars.find((bar) => Math.abs(bar.x - x) < BAR_PX.width && Math.abs(bar.y - y) < BAR_PX.height)
    if (under) under.more += 1
    else bars.push({ x, y, fix, unit, more: 0 })
  }
  return { people, vehicles: bars.map(({ fix, unit, more }) => ({ unit: unit.id, at: [fix.lon_wgs84, fix.lat_wgs84], label: vehicleNumber(unit.label) + (more ? `+${more}` : '') })) }
}

export interface Mark {
  row: Row
  look: 'lit' | 'out' | 'over'
  order: number
}

/** How an incident looks on the map; order: later is on top (points below, in hand, lit, breached, selected). */
export function markOf(row: Row, selected: boolean): Mark {
  const look = !row.hand ? 'out' : row.view?.stage === 'over' ? 'over' : 'lit'
  const urgency = { very_urgent: 2, urgent: 1, routine: 0 }[row.incident.urgency]
  return { row, look, order: (selected ? 100 : 0) + { out: 0, lit: 10, over: 20 }[look] + urgency }
}

export const STACK_PX = 20
const STACK_FROM = 5

/** Above four overlapping symbols one stands for all, the most urgent, with the count. */
export function stack(marks: (Mark & { x: number; y: number })[], within_px = STACK_PX, from = STACK_FROM): { mark: Mark; count: number }[] {
  const rest = [...marks].sort((a, b) => b.order - a.order)
  const result: { mark: Mark; count: number }[] = []
  const taken = new Set<Mark>()
  for (const top of rest) {
    if (taken.has(top)) continue
    // Of five hundred lamps almost all are elsewhere: asked first what is cheapest to ask.
    const near = rest.filter((other) => Math.abs(other.x - top.x) < within_px && Math.abs(other.y - top.y) < within_px && !taken.has(other) && Math.hypot(other.x - top.x, other.y - top.y) < within_px)
    if (near.length >= from) {
      near.forEach((other) => taken.add(other))
      result.push({ mark: top, count: near.length })
    } else {
      taken.add(top)
      result.push({ mark: top, count: 1 })
    }
  }
  return result
}
