/** One MapLibre map with our symbols, fed from the store. Used by the command room and by the wall. */
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Feature, FeatureCollection, Point } from 'geojson'
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { get } from '../../design/api'
import { circle } from '../../design/geo'
import { language } from '../../design/i18n'
import { theme } from '../../design/theme'
import { useCity } from '../city'
import { useDesk } from '../desk'
import { boundsOf, cameraFeatures, collection, incidentFeatures, markOf, pointFeatures, stack, STACK_PX, unitFeatures } from './mapData'
import { nameSpots, settleNames, type Box, type Name, type Spot } from './mapNames'
import { FONT, mapStyle, VOLUNTEERS_FROM_ZOOM } from './mapStyle'
import { drawBadge, drawCount, drawSymbols, drawVehicle, MARKS } from './mapSymbols'

setWorkerUrl(workerUrl)
const REDRAW_MS = 200
const LAND_WITHIN_MS = 1500

export interface MapOptions {
  labels: number
  /** Of symbols; 1 at a desk, more on a screen that is read from further away. */
  size?: number
  landOnly: boolean
  padding: () => { left: number; right: number; top: number; bottom: number }
  radius_m: () => number | null
  /** Of a county's name with its count below, px around its spot. */
  nameReach: (name: string) => Name['reach']
  /** What names must not stand under, beside the map's own symbols. */
  inTheWay: () => Box[]
}
/** A name of the console's map: 13 px with the pill of the count below. */
export const nameReach = (size: number) => (name: string): Name['reach'] => {
  const half = Math.max(24, [...name].reduce((sum, sign) => sum + (sign > '\u2e80' ? 14 : 8.5), 0) / 2) * size
  return { left: half, right: half, top: 9 * size, bottom: 31 * size }
}
const LAMP = { left: 12, right: 12, top: 28, bottom: 4 }
const VEHICLE = { left: 14, right: 14, top: 0, bottom: 20 }

export function useCityMap(holder: Ref<HTMLElement | undefined>, options: MapOptions) {
  const { t } = useI18n()
  const city = useCity()
  const desk = useDesk()
  const ready = ref(false)
  const moved = ref(0)
  const failed = ref('')
  /** The borders have come, or will not. */
  const landed = ref(false)
  /** County names and where they stand, for those who draw them themselves. */
  const names = shallowRef<{ code: string; name: string; at: [number, number] }[]>([])
  const map = shallowRef<MapLibre | null>(null)
  let borders: FeatureCollection = collection([])
  let styled = false
  const images = new Set<string>()
  const size = options.size ?? 1
  const sized = (box: typeof LAMP): typeof LAMP => ({ left: box.left * size, right: box.right * size, top: box.top * size, bottom: box.bottom * size })
  const drawn = new Map<string, string>()

  /** Hand a source its features, if they are others than before: each hand-over lays the whole source out anew. */
  function put(name: string, data: FeatureCollection): void {
    const source = map.value?.getSource(name) as GeoJSONSource | undefined
    const form = JSON.stringify(data.features)
    if (!source || drawn.get(name) === form) return
    drawn.set(name, form)
    source.setData(data)
  }
  const marks = () => Object.fromEntries(MARKS.map((u) => [u, t(`urgency_mark.${u}`)])) as Record<(typeof MARKS)[number], string>

  /** The county of a border: by code when the file names one, else by its Chinese name's first two characters. */
  function codeOf(feature: Feature): string | undefined {
    const { code, adcode, name } = (feature.properties ?? {}) as { code?: string | number; adcode?: string | number; name?: string }
    const given = String(code ?? adcode ?? '')
    return city.city?.jurisdictions.find((j) => j.code === given || (name !== undefined && j.name.zh.slice(0, 2) === name.slice(0, 2)))?.code
  }

  // Found once, when the cameras are known; chosen again only where a lamp covers a name.
  const candidates = new Map<string, Spot[]>()
  const chosen = new Map<string, Spot>()
  let lamps: Box[] = []
  let vehicles: Box[] = []
  function spotsOf(code: string, feature: Feature): Spot[] {
    const known = candidates.get(code)
    if (known) return known
    const fixed = [...city.cameras.values(), ...city.points.values()].filter((d) => d.jurisdiction === code).map((d): Spot => [d.place.lon_wgs84, d.place.lat_wgs84])
    const spots = nameSpots(feature.geometry, fixed)
    if (fixed.length) candidates.set(code, spots)
    return spots
  }

  function drawLand(): void {
    const features = borders.features.map((feature, i) => ({ ...feature, properties: { ...feature.properties, even: i % 2 === 1 } }))
    put('counties', collection(features))
    drawNames()
  }
  function drawNames(): void {
    const m = map.value
    if (!m) return
    const known = borders.features.map((feature, i) => {
      const code = codeOf(feature)
      return { code: code ?? `border-${i}`, name: code ? city.countyName(code) : String(feature.properties?.name ?? ''), feature }
    })
    const wanted = known.map(({ code, name, feature }): Name => {
      const now = chosen.get(code)
      return { code, spots: [...(now ? [now] : []), ...spotsOf(code, feature)], reach: options.nameReach(name) }
    })
    for (const [code, spot] of settleNames(wanted, options.landOnly ? options.inTheWay() : [...lamps, ...vehicles, ...options.inTheWay()], (spot) => m.project(spot))) chosen.set(code, spot)
    const centers = known.map(({ code, name, feature }): Feature => ({ type: 'Feature', properties: { name, code }, geometry: { type: 'Point', coordinates: chosen.get(code) ?? spotsOf(code, feature)[0] ?? [0, 0] } }))
    put('centers', collection(centers))
    names.value = centers.map((center) => ({ code: String(center.properties?.code), name: String(center.properties?.name), at: (center.geometry as Point).coordinates as [number, number] }))
    drawCounts(centers)
  }
  function drawCounts(centers: Feature[]): void {
    if (options.landOnly || !map.value) return
    const features: Feature[] = []
    for (const center of centers) {
      const tally = city.tallies.get(String(center.properties?.code))
      if (!tally) continue
      const image = `count-${tally.volunteers_on_duty}`
      if (!images.has(image)) {
        drawCount(map.value, image, tally.volunteers_on_duty)
        images.add(image)
      }
      features.push({ ...center, properties: { image } })
    }
    put('counts', collection(features))
  }
  /** Whether somebody is on the map or so close beside it that a drag brings them in; nobody where the zoom hides them all. */
  function sight(m: MapLibre): (fix: { lon_wgs84: number; lat_wgs84: number }) => boolean {
    if (m.getZoom() < VOLUNTEERS_FROM_ZOOM) return () => false
    const bounds = m.getBounds()
    const [west, east, south, north] = [bounds.getWest(), bounds.getEast(), bounds.getSouth(), bounds.getNorth()]
    const [beside, above] = [(east - west) / 2, (north - south) / 2]
    return ({ lon_wgs84: x, lat_wgs84: y }) => x > west - beside && x < east + beside && y > south - above && y < north + above
  }
  function drawUnits(): void {
    if (options.landOnly || !map.value) return
    const m = map.value
    const features = unitFeatures(city.units, city.fixes, sight(m), (place) => m.project(place), (image, label) => {
      if (images.has(image)) return
      drawVehicle(m, image, label)
      images.add(image)
    })
    vehicles = features.features.filter((feature) => feature.properties?.image).map((feature) => ({ ...m.project((feature.geometry as Point).coordinates as Spot), ...sized(VEHICLE) }))
    put('units', features)
  }
  function drawIncidents(): void {
    const m = map.value
    if (!m) return
    const rows = [...desk.queue.hand, ...desk.queue.inHand]
    const placed = rows.map((row) => {
      const { x, y } = m.project([row.incident.place.lon_wgs84, row.incident.place.lat_wgs84])
      return { ...markOf(row, row.incident.id === desk.selected), x, y }
    })
    const stacks = stack(placed, STACK_PX * size)
    for (const { count } of stacks) {
      if (count < 2 || images.has(`badge-${count}`)) continue
      drawBadge(m, `badge-${count}`, count)
      images.add(`badge-${count}`)
    }
    lamps = stacks.map(({ mark, count }) => ({ ...m.project([mark.row.incident.place.lon_wgs84, mark.row.incident.place.lat_wgs84]), ...sized({ ...LAMP, right: count > 1 ? 26 : LAMP.right }) }))
    put('incidents', incidentFeatures(stacks, desk.selected))
  }
  function drawRing(): void {
    const radius = options.radius_m()
    const place = desk.incident?.place
    if (!radius || !place) return put('ring', collection([]))
    put('ring', collection([{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: circle(place, radius) } }]))
  }
  const layers = {
    cameras: () => put('cameras', cameraFeatures(city.cameras.values())),
    points: () => put('points', pointFeatures(city.points.values())),
    units: drawUnits, ring: drawRing, incidents: drawIncidents, land: drawLand, names: drawNames,
  }
  const stale = new Set<keyof typeof layers>()
  function drawAll(): void {
    stale.clear()
    for (const draw of Object.values(layers)) draw()
  }

  // Many changes in a second are drawn together, five times a second at most, and only the layers they touch.
  let timer: ReturnType<typeof setTimeout> | undefined
  function soon(layer: keyof typeof layers): void {
    stale.add(layer)
    timer ??= setTimeout(() => {
      timer = undefined
      if (!styled) return
      for (const name of stale) layers[name]()
      stale.clear()
    }, REDRAW_MS)
  }

  function restyle(): void {
    const m = map.value
    if (!m) return
    styled = false
    images.clear()
    drawn.clear()
    m.setStyle(mapStyle(options.labels, options.landOnly, size), { diff: false })
    m.once('style.load', () => {
      drawSymbols(m, marks())
      styled = true
      drawAll()
    })
  }

  function fitCity(animate = true): void {
    const box = boundsOf(borders.features) ?? city.city?.bounds
    if (box) map.value?.fitBounds(box, { padding: options.padding(), duration: animate ? 240 : 0 })
  }
  function fitCounty(code: string): void {
    const box = boundsOf(borders.features.filter((feature) => codeOf(feature) === code))
    if (box) map.value?.fitBounds(box, { padding: options.padding(), duration: 240 })
  }
  function fitScene(radius_m: number): void {
    const place = desk.incident?.place
    if (!place) return
    const ring = circle(place, radius_m * 1.15, 4)
    const xs = ring.map(([x]) => x)
    const ys = ring.map(([, y]) => y)
    map.value?.fitBounds([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], { padding: options.padding(), duration: 240 })
  }

  async function build(): Promise<void> {
    // Lamps do not wait for the land: who needs a hand shows at once, the borders when they arrive.
    const land = get<FeatureCollection>('/borders.geojson').catch(() => null)
    const fonts = document.fonts.load(`13px '${FONT}'`, (city.city?.jurisdictions ?? []).map((j) => j.name.zh).join('') || '县区')
    await Promise.all([fonts, Promise.race([land, new Promise((resolve) => setTimeout(resolve, LAND_WITHIN_MS))])])
    if (!holder.value) return
    void land.then((found) => {
      if (found) borders = found
      else failed.value = 'borders'
      landed.value = true
      fitCity(false)
      if (styled) drawAll()
      map.value?.triggerRepaint()
    })
    const box = boundsOf(borders.features) ?? city.city?.bounds
    const m = new MapLibre({
      container: holder.value, style: mapStyle(options.labels, options.landOnly, size), attributionControl: false, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, keyboard: false, interactive: !options.landOnly, fadeDuration: 0,
      ...(box ? { bounds: box, fitBoundsOptions: { padding: options.padding() } } : {}),
    })
    map.value = m
    m.touchZoomRotate.disableRotation()
    m.once('style.load', () => {
      drawSymbols(m, marks())
      styled = true
      drawAll()
      ready.value = true
    })
    const busy = (on: boolean): void => holder.value?.setAttribute('aria-busy', String(on))
    busy(true)
    m.on('dataloading', () => busy(true))
    m.on('idle', () => busy(!styled || !landed.value))
    m.on('move', () => (moved.value += 1))
    m.on('moveend', () => {
      if (styled && m.getZoom() >= VOLUNTEERS_FROM_ZOOM) drawUnits()
    })
    m.on('zoomend', () => {
      drawUnits()
      drawIncidents()
      drawNames()
    })
    m.on('click', 'incidents', (event) => {
      const id = event.features?.[event.features.length - 1]?.properties.id as string | undefined
      if (id) desk.select(id)
    })
    m.on('mouseenter', 'incidents', () => (m.getCanvas().style.cursor = 'pointer'))
    m.on('mouseleave', 'incidents', () => (m.getCanvas().style.cursor = ''))
  }
  onMounted(() => {
    const start = watch(() => city.city, (known) => {
      if (!known) return
      queueMicrotask(() => start())
      void build().catch((error: unknown) => (failed.value = String(error)))
    }, { immediate: true })
  })
  onBeforeUnmount(() => {
    clearTimeout(timer)
    map.value?.remove()
  })
  watch(() => city.cameras, () => soon('cameras'))
  watch(() => city.points, () => soon('points'))
  watch([() => city.units, () => city.fixes], () => soon('units'))
  watch(() => city.incidents, () => {
    soon('incidents')
    soon('names')
  })
  watch([() => city.tallies, () => city.cameras, () => city.points], () => soon('land'))
  watch([() => desk.selected, options.radius_m, () => desk.queue.hand.map((r) => r.incident.id + (r.view?.stage === 'over')).join()], () => {
    if (!styled) return
    drawIncidents()
    drawRing()
  })
  watch([theme, language], restyle)

  return { map, ready, landed, moved, failed, names, fitCity, fitCounty, fitScene }
}
