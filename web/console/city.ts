/** The console's picture of the city: documents of all rooms joined, positions, the connection. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, triggerRef, watch } from 'vue'
import { get } from '../design/api'
import type { CameraDocument, FeedEntry, PlanDocument, PointDocument, TallyDocument } from '../design/documents'
import type { RoomState } from '../design/feed'
import { language } from '../design/i18n'
import { Link } from '../design/link'
import { now_ms } from '../design/now'
import { me } from '../design/session'
import type { City, DutyPerson, Fix, Heartbeat, WireIncident, WireUnit } from '../design/wire'

const DELAYED_MS = 5_000
const OLD_MS = 15_000
/** Units, cameras and sums wait this long for company: after a storm thousands of phones are heard again, and each has a room's units merged anew. */
const COMPANY_MS = 100

export interface County {
  code: string
  name: string
}

export const useCity = defineStore('city', () => {
  const city = shallowRef<City | null>(null)
  const incidents = shallowRef(new Map<string, WireIncident>())
  const units = shallowRef(new Map<string, WireUnit>())
  const points = shallowRef(new Map<string, PointDocument>())
  const cameras = shallowRef(new Map<string, CameraDocument>())
  const plans = shallowRef(new Map<string, PlanDocument>())
  const tallies = shallowRef(new Map<string, TallyDocument>())
  const liveFixes = new Map<string, Fix>()
  const fixes = shallowRef(liveFixes)
  const beat = shallowRef<Heartbeat | null>(null)
  const loaded = ref(false)
  const lastEntries = shallowRef<FeedEntry[]>([])
  const stores = { incident: incidents, unit: units, point: points, camera: cameras, plan: plans, tally: tallies } as unknown as Record<string, typeof incidents>
  const dirty = new Set<string>()
  let soon = false
  let later: ReturnType<typeof setTimeout> | undefined
  /** Rooms of a moment of the past, shown instead of the live ones; null: live. */
  const pastRooms = shallowRef<ReadonlyMap<string, RoomState> | null>(null)
  const past = computed(() => pastRooms.value !== null)

  /** Rebuild what changed, once per burst; an incident brings everything else that waits. */
  function flush(): void {
    clearTimeout(later)
    later = undefined
    soon = false
    for (const kind of dirty) {
      const target = stores[kind]
      if (!target) continue
      const merged = new Map<string, WireIncident>()
      for (const [jurisdiction, room] of pastRooms.value ?? link.feed.rooms) {
        for (const [id, document] of room.documents.get(kind) ?? []) {
          merged.set(kind === 'tally' || kind === 'plan' ? jurisdiction : id, document as WireIncident)
        }
      }
      target.value = merged
    }
    dirty.clear()
  }

  const link = new Link('/console', {
    changed(_jurisdiction, kinds, entry) {
      if (past.value) return
      for (const kind of kinds) dirty.add(kind)
      if (kinds.has('incident') || kinds.has('plan')) {
        if (!soon) queueMicrotask(flush)
        soon = true
      } else later ??= setTimeout(flush, COMPANY_MS)
      if (entry?.events.length) lastEntries.value = [entry, ...lastEntries.value].slice(0, 40)
    },
    joined() {
      loaded.value = true
    },
    refused(code) {
      if (code === 'no_session') me.value = null
    },
    positions(_jurisdiction, moved) {
      for (const fix of moved) liveFixes.set(fix.unit, fix)
      triggerRef(fixes)
    },
    heartbeat(message) {
      beat.value = message
    },
  })

  /** Show these rooms instead of the live ones, or the live ones again. kinds: what changed, when the rooms are those shown already. */
  function showPast(rooms: ReadonlyMap<string, RoomState> | null, kinds: Iterable<string> = Object.keys(stores)): void {
    if ((rooms === null) !== (pastRooms.value === null)) {
      lastEntries.value = []
      // Positions are not in the log.
      fixes.value = rooms === null ? liveFixes : new Map()
    }
    pastRooms.value = rooms
    for (const kind of kinds) dirty.add(kind)
    flush()
  }

  /** How far each room shown has come. */
  const sequences = (): Record<string, number> => Object.fromEntries([...(pastRooms.value ?? link.feed.rooms)].map(([code, room]) => [code, room.sequence]))

  async function open(): Promise<void> {
    city.value ??= await get<City>('/city')
    await link.start()
  }

  const counties = computed<County[]>(() => {
    const mine = new Set(me.value?.jurisdictions ?? [])
    const all = city.value?.jurisdictions.filter((j) => j.kind === 'county') ?? []
    return all.filter((j) => (mine.size === 0 || mine.has(j.code)) && pastRooms.value?.has(j.code) !== false).map((j) => ({ code: j.code, name: j.name[language()] }))
  })
  const countyName = (code: string): string => {
    const found = city.value?.jurisdictions.find((j) => j.code === code) ?? city.value?.jurisdictions.find((j) => j.kind === 'county' && code.startsWith(j.code))
    return found?.name[language()] ?? code
  }

  /** The sums over all rooms held; the city's own room has no county figures. */
  const total = computed(() => {
    const sum = {
      asked: 0, in_hand: 0, closed_today: 0, units_on_duty: 0, volunteers_on_duty: 0, vehicles_on_duty: 0, roster: 0, beds_free: 0, points_open: 0,
      points: 0, cameras: 0, cameras_watched: 0,
    }
    for (const tally of tallies.value.values()) for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += tally[key]
    return sum
  })

  /** Cameras that see now, of all; the same figure wherever it is shown. */
  const watched = computed(() => {
    let n = 0
    for (const camera of cameras.value.values()) if (camera.status === 'watched') n += 1
    return n
  })
  const coverage = computed(() => (cameras.value.size ? `${((watched.value / cameras.value.size) * 100).toFixed(1)} %` : '—'))
  const blind = computed(() => [...cameras.value.values()].filter((c) => c.status === 'offline' || c.status === 'unwatched').sort((a, b) => (b.since_ms ?? 0) - (a.since_ms ?? 0)))

  const duty = computed<DutyPerson[]>(() => (past.value ? [] : (beat.value?.duty ?? [])))
  const silence_ms = computed(() => Math.max(0, now_ms.value && Date.now() - link.state.heard_at_ms))
  // The past does not grow old, whatever the connection does.
  const live = computed(() => past.value || (link.state.phase === 'live' && silence_ms.value < OLD_MS))
  const delayed = computed(() => live.value && !past.value && silence_ms.value > DELAYED_MS)
  /** Rooms whose projector stopped while the socket lives: only they are marked old. */
  const oldRooms = computed(() =>
    Object.entries(beat.value?.rooms ?? {}).filter(([, room]) => live.value && !past.value && room.age_ms > OLD_MS).map(([code, room]) => ({ code, age_ms: room.age_ms })),
  )
  const awayParts = computed(() => Object.entries(beat.value?.parts ?? {}).filter(([, state]) => state === 'away').map(([name]) => name))

  /** When a new incident, unit … arrives the watchers fire once; a test may wait for it. */
  watch(me, (now, before) => {
    if (before && !now) link.stop()
  })

  return {
    city, incidents, units, points, cameras, plans, tallies, fixes, beat, loaded, lastEntries, counties, countyName, total, watched, coverage, blind, duty, live, delayed, silence_ms,
    oldRooms, awayParts, state: link.state, open, retryNow: () => link.retryNow(), flush, past, showPast, sequences,
  }
})
