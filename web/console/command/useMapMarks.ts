/** Lamps, people, cameras, names and the ring on the map, from the store. What nobody waits for is drawn together, as often as the desk can bear. */
import type { Map as MapLibre } from 'maplibre-gl'
import type { ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { circle } from '../../design/geo'
import { token } from '../../design/theme'
import { useCity } from '../city'
import { useDesk } from '../desk'
import { markOf, stack, STACK_PX, standing } from './mapData'
import { MapMarks, VOLUNTEERS_FROM_ZOOM, type Stamp } from './mapMarks'
import type { Box, Spot } from './mapNames'
import { Symbols } from './mapSymbols'

const LAMP = { left: 12, right: 12, top: 28, bottom: 4 }
const VEHICLE = { left: 14, right: 14, top: 0, bottom: 20 }
/** From a place to the centre of its symbol, px. */
const LAMP_DY = -14
const BADGE = { dx: 13, dy: -24 }
const BAR_DY = 10
const COUNT_DY = 20

export interface Center { code: string; name: string; at: Spot }

/** size: of symbols, 1 at a desk. */
export function useMapMarks(map: ShallowRef<MapLibre | null>, size: number, radius_m: () => number | null) {
  const { t } = useI18n()
  const city = useCity()
  const desk = useDesk()
  const marks = new MapMarks()
  const symbols = new Symbols(size, (urgency) => t(`urgency_mark.${urgency}`))
  const sized = (box: typeof LAMP): typeof LAMP => ({ left: box.left * size, right: box.right * size, top: box.top * size, bottom: box.bottom * size })
  let lamps: Box[] = []
  let vehicles: Box[] = []

  function cameras(): void {
    const all = [...city.cameras.values()].map((c) => ({ blind: c.status === 'offline' || c.status === 'unwatched', heading: c.heading_deg, at: [c.place.lon_wgs84, c.place.lat_wgs84] as Spot }))
    marks.put('cameras', all.map(({ at, blind }) => ({ at, sprite: blind ? symbols.blind() : symbols.camera(), dx: 0, dy: 0 })))
    marks.put('cones', all.map(({ at, blind, heading }) => ({ at, sprite: blind ? symbols.blind() : symbols.cone(), dx: 0, dy: 0, ...(blind ? {} : { turn_deg: heading }) })))
  }
  function points(): void {
    marks.put('points', [...city.points.values()].map((p) => ({ at: [p.place.lon_wgs84, p.place.lat_wgs84], sprite: symbols.point(p.open), dx: 0, dy: 0 })))
  }
  /** Whether somebody is on the map or so close beside it that a drag brings them in; nobody where the zoom hides them all. */
  function sight(m: MapLibre): (fix: { lon_wgs84: number; lat_wgs84: number }) => boolean {
    if (m.getZoom() < VOLUNTEERS_FROM_ZOOM) return () => false
    const bounds = m.getBounds()
    const [west, east, south, north] = [bounds.getWest(), bounds.getEast(), bounds.getSouth(), bounds.getNorth()]
    const [beside, above] = [(east - west) / 2, (north - south) / 2]
    return ({ lon_wgs84: x, lat_wgs84: y }) => x > west - beside && x < east + beside && y > south - above && y < north + above
  }
  function units(): void {
    const m = map.value
    if (!m) return
    const found = standing(city.units, city.fixes, sight(m), (place) => m.project(place))
    vehicles = found.vehicles.map(({ at }) => ({ ...m.project(at), ...sized(VEHICLE) }))
    marks.put('volunteers', found.people.map((at) => ({ at, sprite: symbols.volunteer(), dx: 0, dy: 0 })))
    marks.put('vehicles', found.vehicles.map(({ at, label }) => ({ at, sprite: symbols.vehicle(label), dx: 0, dy: BAR_DY * size })))
  }
  function incidents(): void {
    const m = map.value
    if (!m) return
    const placed = [...desk.queue.hand, ...desk.queue.inHand].map((row) => {
      const { x, y } = m.project([row.incident.place.lon_wgs84, row.incident.place.lat_wgs84])
      return { ...markOf(row, row.incident.id === desk.selected), x, y }
    })
    const stacks = stack(placed, STACK_PX * size).sort((a, b) => a.mark.order - b.mark.order)
    const spot = ({ place }: { place: { lon_wgs84: number; lat_wgs84: number } }): Spot => [place.lon_wgs84, place.lat_wgs84]
    lamps = stacks.map(({ mark, count }) => ({ ...m.project(spot(mark.row.incident)), ...sized({ ...LAMP, right: count > 1 ? 26 : LAMP.right }) }))
    marks.put('lamps', stacks.map(({ mark: { row, look } }): Stamp => ({ at: spot(row.incident), sprite: symbols.lamp(look, row.incident.urgency, row.incident.id === desk.selected), dx: 0, dy: LAMP_DY * size, id: row.incident.id })))
    marks.put('badges', stacks.filter(({ count }) => count > 1).map(({ mark, count }) => ({ at: spot(mark.row.incident), sprite: symbols.badge(count), dx: BADGE.dx * size, dy: BADGE.dy * size })))
  }
  function ring(): void {
    const radius = radius_m()
    const place = desk.incident?.place
    marks.ring(radius && place ? circle(place, radius) : [], token('steel'))
  }
  function named(centers: readonly Center[]): void {
    marks.put('names', centers.filter(({ name }) => name).map(({ at, name }) => ({ at, sprite: symbols.name(name), dx: 0, dy: 0 })))
    marks.put('counts', centers.flatMap(({ code, at }): Stamp[] => {
      const tally = city.tallies.get(code)
      return tally ? [{ at, sprite: symbols.count(tally.volunteers_on_duty), dx: 0, dy: COUNT_DY * size }] : []
    }))
  }

  function paint(): void {
    const m = map.value
    const holder = m?.getContainer()
    if (!m || !holder) return
    marks.paint({ width: holder.clientWidth, height: holder.clientHeight, zoom: m.getZoom(), bearing_deg: m.getBearing(), project: (spot) => m.project(spot) })
  }
  /** Put the canvas above the ground, and keep both together: the ground is drawn anew only when it moves. */
  function join(m: MapLibre): void {
    m.getCanvasContainer().after(marks.canvas)
    m.on('render', paint)
    m.on('click', ({ point }) => {
      const id = marks.under(point, sized(LAMP))
      if (id) desk.select(id)
    })
    m.on('mousemove', ({ point }) => {
      const cursor = marks.under(point, sized(LAMP)) ? 'pointer' : ''
      const { style } = m.getCanvas()
      if (style.cursor !== cursor) style.cursor = cursor
    })
  }
  /** Colours, language or the density of the screen changed. */
  function forget(): void {
    symbols.forget()
    marks.forget()
  }
  return { cameras, points, units, incidents, ring, named, join, forget, paint, isStale: () => marks.stale, inTheWay: (): Box[] => [...lamps, ...vehicles] }
}
