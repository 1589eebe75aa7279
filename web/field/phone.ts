/** The phone's picture: one's own unit and tasks, the connection, the position while on duty. */
import { computed, ref, shallowRef, watch } from 'vue'
import { Link } from '../design/link'
import { now_ms } from '../design/now'
import { me } from '../design/session'
import type { FieldMe, FieldPlan, FieldTask } from '../design/wire'
import { startRinging, stopRinging } from './ring'

const SEND_EVERY_MS = 15_000
const WORKING = new Set(['standby', 'accepted', 'en_route', 'on_scene', 'contacted', 'not_found', 'transporting', 'at_facility'])

export const tasks = shallowRef<FieldTask[]>([])
export const unit = shallowRef<FieldMe | null>(null)
/** What is in force where the unit is at home, whether there is a task or not. */
export const plans = shallowRef<FieldPlan[]>([])
export const loaded = ref(false)
export const position = shallowRef<{ lat_wgs84: number; lon_wgs84: number; at_ms: number; accuracy_m: number } | null>(null)
export const positionDenied = ref(false)
/** A task that just left: recalled, done, or given up by this person. Shown until the person says so. */
export const farewell = ref<'recalled' | 'done' | 'given_up' | 'taken' | 'missed' | null>(null)
// Whatever has ended leaves the phone, so what it was tells how it ended: nobody is recalled once on the scene.
const RECALLABLE = new Set(['standby', 'accepted', 'en_route'])
const givenUp = new Set<string>()
/** This person said that they cannot go. */
export function giveUp(assignment: string): void {
  givenUp.add(assignment)
}

const answered = new Set<string>()
/** This person answered the offer: that it leaves is no surprise. */
export function noteAnswer(assignment: string): void {
  answered.add(assignment)
}

export const link = new Link('/field', {
  changed() {
    const rooms = [...link.feed.rooms.values()]
    const before = tasks.value
    tasks.value = rooms.flatMap((room) => [...(room.documents.get('task')?.values() ?? [])] as FieldTask[])
    unit.value = (rooms.flatMap((room) => [...(room.documents.get('me')?.values() ?? [])])[0] as FieldMe | undefined) ?? null
    plans.value = rooms.flatMap((room) => [...(room.documents.get('plan')?.values() ?? [])] as FieldPlan[])
    const lost = before.find((task) => WORKING.has(task.state) && !tasks.value.some((now) => now.id === task.id && WORKING.has(now.state)))
    if (lost) farewell.value = givenUp.delete(lost.id) ? 'given_up' : RECALLABLE.has(lost.state) ? 'recalled' : 'done'
    // An offer must not vanish from under the thumb without a word.
    const offered = before.find((task) => task.state === 'offered' && !tasks.value.some((now) => now.id === task.id))
    if (offered && !lost && !answered.delete(offered.id)) farewell.value = offered.clock !== null && offered.clock.due_at_ms <= now_ms.value + 1000 ? 'missed' : 'taken'
  },
  joined() {
    loaded.value = true
  },
  refused(code) {
    if (code === 'no_session' || code === 'session_ended') me.value = null
  },
})

const byUrgency = { very_urgent: 0, urgent: 1, routine: 2 }
export const offer = computed(() => {
  const open = tasks.value.filter((task) => task.state === 'offered' && (task.clock === null || task.clock.due_at_ms > now_ms.value))
  return open.sort((a, b) => byUrgency[a.urgency] - byUrgency[b.urgency])[0] ?? null
})
export const task = computed(() => tasks.value.find((t) => WORKING.has(t.state) && t.state !== 'standby') ?? tasks.value.find((t) => t.state === 'standby') ?? null)
export const onDuty = computed(() => unit.value !== null && unit.value.state !== 'off_duty' && unit.value.state !== 'out_of_service')

watch(() => offer.value?.id, (id) => (id ? startRinging() : stopRinging()))

// The position goes out only while on duty, and only as often as it is of use.
let watching: number | null = null
let sentAt = 0
function follow(): void {
  if (watching !== null || !('geolocation' in navigator)) return
  watching = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      positionDenied.value = false
      position.value = { lat_wgs84: coords.latitude, lon_wgs84: coords.longitude, at_ms: Math.round(timestamp), accuracy_m: Math.round(coords.accuracy) }
      if (Date.now() - sentAt < SEND_EVERY_MS || link.state.phase !== 'live') return
      sentAt = Date.now()
      void link.ask('position', { fixes: [position.value] }).catch(() => (sentAt = 0))
    },
    (error) => (positionDenied.value = error.code === error.PERMISSION_DENIED),
    { enableHighAccuracy: true, maximumAge: 10_000 },
  )
}
function unfollow(): void {
  if (watching !== null) navigator.geolocation.clearWatch(watching)
  watching = null
  position.value = null
}
watch(onDuty, (on) => (on ? follow() : unfollow()), { immediate: true })
