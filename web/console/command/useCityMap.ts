/** One MapLibre map of the land, and our symbols above it, fed from the store. Used by the command room and by the wall. */
import { Map as MapLibre, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import 'maplibre-gl/dist/maplibre-gl.css'
import type { Feature, FeatureCollection } from 'geojson'
import { onBeforeUnmount, onMounted, ref, shallowRef, watch, type Ref } from 'vue'
import { get } from '../../design/api'
import { circle } from '../../design/geo'
import { language } from '../../design/i18n'
import { theme } from '../../design/theme'
import { useCity } from '../city'
import { useDesk } from '../desk'
import { boundsOf, collection } from './mapData'
import { VOLUNTEERS_FROM_ZOOM } from './mapMarks'
import { nameSpots, settleNames, type Box, type Name, type Spot } from './mapNames'
import { mapStyle } from './mapStyle'
import { RedrawPace } from './redrawPace'
import { useMapMarks, type Center } from './useMapMarks'

setWorkerUrl(workerUrl)
const FONT = 'Noto Sans SC Variable'
const LAND_WITHIN_MS = 1500

export interface MapOptions {
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

export function useCityMap(holder: Ref<HTMLElement | undefined>, options: MapOptions) {
  const city = useCity()
  const desk = useDesk()
  const ready = ref(false)
  const moved = ref(0)
  const failed = ref('')
  /** The borders have come, or will not. */
  const landed = ref(false)
  /** County names and where they stand, for those who draw them themselves. */
  const names = shallowRef<readonly Center[]>([])
  const map = shallowRef<MapLibre | null>(null)
  let borders: FeatureCollection = collection([])
  let styled = false
  const marks = options.landOnly ? null : useMapMarks(map, options.size ?? 1, options.radius_m)

  /** The county of a border: by code when the file names one, else by its Chinese name's first two characters. */
  function codeOf(feature: Feature): string | undefined {
    const { code, adcode, name } = (feature.properties ?? {}) as { code?: string | number; adcode?: string | number; name?: string }
    const given = String(code ?? adcode ?? '')
    return city.city?.jurisdictions.find((j) => j.code === given || (name !== undefined && j.name.zh.slice(0, 2) === name.slice(0, 2)))?.code
  }

  // Found once, when the cameras are known; chosen again only where a lamp covers a name.
  const candidates = new Map<string, Spot[]>()
  const chosen = new Map<string, Spot>()
  function spotsOf(code: string, feature: Feature): Spot[] {
    const known = candidates.get(code)
    if (known) return known
    const fixed = [...city.cameras.values(), ...city.points.values()].filter((d) => d.jurisdiction === code).map((d): Spot => [d.place.lon_wgs84, d.place.lat_wgs84])
    const spots = nameSpots(feature.geometry, fixed)
    if (fixed.length) candidates.set(code, spots)
    return spots
  }

  let land = ''
  /** Hand the ground its borders, if they are others than before: each hand-over draws the whole ground anew. */
  function drawLand(): void {
    const source = map.value?.getSource('counties') as GeoJSONSource | undefined
    const form = borders.features.map((feature) => JSON.stringify(feature.properties)).join()
    if (source && form !== land) {
      land = form
      source.setData(collection(borders.features.map((feature, i) => ({ ...feature, properties: { ...feature.properties, even: i % 2 === 1 } }))))
    }
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
    for (const [code, spot] of settleNames(wanted, [...(marks?.inTheWay() ?? []), ...options.inTheWay()], (spot) => m.project(spot))) chosen.set(code, spot)
    names.value = known.map(({ code, name, feature }) => ({ code, name, at: chosen.get(code) ?? spotsOf(code, feature)[0] ?? [0, 0] }))
    marks?.named(names.value)
  }

  // In this order: names give way to lamps and vehicles.
  const layers = {
    ...(marks && { cameras: marks.cameras, points: marks.points, units: marks.units, ring: marks.ring, incidents: marks.incidents }),
    land: drawLand, names: drawNames,
  }
  type Layer = 'cameras' | 'points' | 'units' | 'ring' | 'incidents' | 'land' | 'names'
  const stale = new Set<Layer>()
  const pace = new RedrawPace()
  let still = true
  const busy = (): void => holder.value?.setAttribute('aria-busy', String(!still || stale.size > 0 || !styled || !landed.value))
  /** Find out what stands where; paint it if that is not what stands there. */
  function draw(wanted: Iterable<Layer>): void {
    if (!styled) return
    const asked = new Set(wanted)
    for (const name of Object.keys(layers) as Layer[]) if (asked.has(name)) layers[name]?.()
    for (const name of asked) stale.delete(name)
    if (marks?.isStale()) {
      marks.paint()
      const began = performance.now()
      // The second frame from now comes when this one is on the screen.
      requestAnimationFrame((first) => requestAnimationFrame((second) => pace.drew(Math.max(first - began, second - first))))
    }
    busy()
    holder.value?.dispatchEvent(new CustomEvent('nd-drawn', { bubbles: true, detail: city.sequences() }))
  }
  function drawAll(): void {
    draw(Object.keys(layers) as Layer[])
  }

  // Many changes are drawn together, and only the layers they touch; those that somebody waits for are not among these.
  let timer: ReturnType<typeof setTimeout> | undefined
  function soon(...touched: Layer[]): void {
    for (const layer of touched) stale.add(layer)
    busy()
    timer ??= setTimeout(() => {
      timer = undefined
      draw(stale)
    }, pace.wait_ms)
  }

  // The Chinese font comes in slices: a symbol drawn before its letter came is drawn again.
  function relettered(): void {
    marks?.forget()
    soon(...(Object.keys(layers) as Layer[]))
  }

  function restyle(): void {
    const m = map.value
    if (!m) return
    styled = false
    land = ''
    marks?.forget()
    m.setStyle(mapStyle(), { diff: false })
    m.once('style.load', () => {
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
    const coming = get<FeatureCollection>('/borders.geojson').catch(() => null)
    const fonts = document.fonts.load(`13px '${FONT}'`, (city.city?.jurisdictions ?? []).map((j) => j.name.zh).join('') || '县区')
    await Promise.all([fonts, Promise.race([coming, new Promise((resolve) => setTimeout(resolve, LAND_WITHIN_MS))])])
    if (!holder.value) return
    void coming.then((found) => {
      if (found) borders = found
      else failed.value = 'borders'
      landed.value = true
      fitCity(false)
      if (styled) drawAll()
      map.value?.triggerRepaint()
    })
    const box = boundsOf(borders.features) ?? city.city?.bounds
    const m = new MapLibre({
      container: holder.value, style: mapStyle(), attributionControl: false, dragRotate: false, pitchWithRotate: false,
      touchPitch: false, keyboard: false, interactive: !options.landOnly, fadeDuration: 0,
      ...(box ? { bounds: box, fitBoundsOptions: { padding: options.padding() } } : {}),
    })
    map.value = m
    m.touchZoomRotate.disableRotation()
    marks?.join(m)
    m.once('style.load', () => {
      styled = true
      drawAll()
      ready.value = true
    })
    const move = (on: boolean): void => {
      still = !on
      busy()
    }
    move(true)
    m.on('dataloading', () => move(true))
    m.on('idle', () => move(false))
    m.on('move', () => (moved.value += 1))
    m.on('moveend', () => m.getZoom() >= VOLUNTEERS_FROM_ZOOM && draw(['units']))
    let density = devicePixelRatio
    m.on('resize', () => {
      if (devicePixelRatio === density) return
      density = devicePixelRatio
      marks?.forget()
      drawAll()
    })
    m.on('zoomend', () => draw(['units', 'incidents', 'names']))
  }
  onMounted(() => {
    const start = watch(() => city.city, (known) => {
      if (!known) return
      queueMicrotask(() => start())
      void build().catch((error: unknown) => (failed.value = String(error)))
    }, { immediate: true })
  })
  onMounted(() => document.fonts.addEventListener('loadingdone', relettered))
  onBeforeUnmount(() => {
    document.fonts.removeEventListener('loadingdone', relettered)
    clearTimeout(timer)
    map.value?.remove()
  })
  watch(() => city.cameras, () => soon('cameras'))
  watch(() => city.points, () => soon('points'))
  watch([() => city.units, () => city.fixes], () => soon('units'))
  watch(() => city.incidents, () => soon('incidents', 'names'))
  watch([() => city.tallies, () => city.cameras, () => city.points], () => soon('names'))
  // What somebody waits for, or must see at once: a lamp that lights, goes out or is overdue, and what was chosen.
  watch([() => desk.selected, options.radius_m, () => desk.queue.hand.map((r) => r.incident.id + (r.view?.stage === 'over')).join()], () => draw(['ring', 'incidents']))
  watch([theme, language], restyle)

  return { map, ready, landed, moved, failed, names, fitCity, fitCounty, fitScene }
}
