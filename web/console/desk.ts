/** What this operator looks at and may do: selection, held rows, open sheet, sound, keys. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import { now_ms, serverNow } from '../design/now'
import { me } from '../design/session'
import type { WireIncident } from '../design/wire'
import { Alarm, audible, MUTE_FOR_MS } from './alarm'
import { useCity } from './city'
import { heldOrder, makeQueue, type Row } from './queue'
import { play } from './tones'

const WRITES = new Set(['operator', 'supervisor'])
const HEARS = new Set(['operator', 'supervisor', 'station', 'admin'])

export type SheetName = 'file' | 'reject' | 'merge' | 'hold' | 'cancel' | 'urgency' | 'note' | 'phone' | 'more' | 'transfer' | 'original' | 'personal' | 'feedback' | 'verify' | 'reopen' | 'answer' | 'recall'

export const useDesk = defineStore('desk', () => {
  const city = useCity()
  const selected = ref<string | null>(null)
  const held = ref(false)
  const search = ref('')
  const sheet = ref<SheetName | null>(null)
  const sheetSubject = ref<string | null>(null)
  const mutedUntil_ms = ref(0)
  const singleKeys = ref(localStorage.getItem('nd.keys') !== 'off')
  const help = ref(false)

  const queue = computed(() => makeQueue(city.incidents.values(), now_ms.value))
  const rows = computed(() => new Map([...queue.value.hand, ...queue.value.inHand].map((row) => [row.incident.id, row])))

  // Rows keep their places while the pointer or the focus is among them.
  const handOrder = shallowRef<string[]>([])
  const restOrder = shallowRef<string[]>([])
  const waiting = shallowRef<string[]>([])
  /** Rows that stay drawn until release although they left: their last form. */
  const kept = shallowRef(new Map<string, WireIncident>())
  function order(): void {
    // Nothing is held back from an empty list: it would say that nobody waits while somebody does.
    const holds = held.value && !city.past
    const hand = heldOrder(handOrder.value, queue.value.hand.map((row) => row.incident.id), holds && handOrder.value.length > 0)
    const inHand = queue.value.inHand.map((row) => row.incident.id)
    const rest = heldOrder(restOrder.value, inHand, holds && restOrder.value.length > 0)
    handOrder.value = hand.order
    restOrder.value = rest.order.filter((id) => !hand.order.includes(id))
    // An incident that only changed sides is not new: it stays where it was, struck quiet.
    waiting.value = hand.waiting.filter((id) => !rest.order.includes(id))
    if (!held.value) kept.value = new Map()
  }
  watch([queue, held], order, { immediate: true })
  watch(() => city.incidents, (after, before) => {
    if (!held.value || !before || city.past) return
    for (const id of [...handOrder.value, ...restOrder.value]) {
      const last = before.get(id)
      if (last && !after.has(id)) kept.value = new Map(kept.value).set(id, last)
    }
  })
  function mergeNow(): void {
    const wasHeld = held.value
    held.value = false
    order()
    held.value = wasHeld
  }
  const rowOf = (id: string): Row | null => {
    const row = rows.value.get(id)
    if (row) return row
    const gone = city.incidents.get(id) ?? kept.value.get(id)
    return gone ? { incident: gone, clock: null, view: null, hand: false } : null
  }

  // The selected incident is never swapped; when it leaves the read model its last form stays, and says so.
  const lastSeen = shallowRef<WireIncident | null>(null)
  watch([selected, () => city.incidents], () => {
    const found = selected.value === null ? null : city.incidents.get(selected.value)
    if (found) lastSeen.value = found
    // At a moment of the past a later form would be known too early.
    else if (selected.value === null || lastSeen.value?.id !== selected.value || city.past) lastSeen.value = null
  }, { immediate: true })
  const incident = computed(() => lastSeen.value)
  const departed = computed(() => incident.value !== null && !city.incidents.has(incident.value.id))
  function select(id: string | null): void {
    if (selected.value === id) return
    selected.value = id
    sheet.value = null
  }
  function openSheet(name: SheetName | null, subject: string | null = null): void {
    if (city.past && name !== null) return
    sheet.value = name
    sheetSubject.value = subject
  }

  /** May this account write to that jurisdiction? Else the reason, as a code for the text. */
  function mayAct(jurisdiction: string): null | 'role' | 'area' {
    const account = me.value
    if (!account || !WRITES.has(account.role)) return 'role'
    return account.jurisdictions.length === 0 || account.jurisdictions.includes(jurisdiction) ? null : 'area'
  }

  const alarm = new Alarm()
  watch(now_ms, () => {
    if (!me.value || !HEARS.has(me.value.role) || !city.loaded || city.past) return
    for (const tone of alarm.tick([...city.incidents.values()], serverNow(), city.live)) if (audible(tone, mutedUntil_ms.value, serverNow())) play(tone)
  })
  const muted = computed(() => now_ms.value < mutedUntil_ms.value)
  function toggleSound(): void {
    mutedUntil_ms.value = muted.value ? 0 : serverNow() + MUTE_FOR_MS
  }
  function setSingleKeys(on: boolean): void {
    singleKeys.value = on
    localStorage.setItem('nd.keys', on ? 'on' : 'off')
  }

  return {
    selected, incident, departed, select, held, waiting, handOrder, restOrder, rowOf, queue, mergeNow, search, sheet, sheetSubject, openSheet, mayAct,
    mutedUntil_ms, muted, toggleSound, singleKeys, setSingleKeys, help,
  }
})
