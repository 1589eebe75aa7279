/** 回放: which moment of which jurisdiction the page shows, how fast it goes on, and the way back to the present. It reads, and sends nothing. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { get, Problem } from '../design/api'
import { RoomState } from '../design/feed'
import { holdNow, serverNow } from '../design/now'
import { useCity } from './city'
import { useDesk } from './desk'
import { Reel, type Past, type PastEntry } from './reel'

export const SPEEDS = [1, 10, 60] as const
const TICK_MS = 250
const PAGE = 200
const BEHIND = 20
/** With fewer steps than this in hand the next page is asked for. */
const LOW = 60

export const usePast = defineStore('past', () => {
  const city = useCity()
  const desk = useDesk()
  const jurisdiction = ref('')
  const sequence = ref(0)
  const last = ref(0)
  const moment_ms = ref(0)
  const speed = ref<(typeof SPEEDS)[number]>(1)
  const playing = ref(false)
  const reading = ref(false)
  const problem = ref('')
  const commit = shallowRef<PastEntry | null>(null)
  const open = computed(() => city.past)
  let reel = new Reel()
  let room = new RoomState()
  let timer: ReturnType<typeof setInterval> | undefined
  /** Grows with each jump: an answer to an earlier one is not shown. */
  let serial = 0
  let asking = false

  async function guarded(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      problem.value = ''
      return true
    } catch (error) {
      problem.value = error instanceof Problem ? error.code : 'unreachable'
      return false
    }
  }

  function draw(kinds?: Iterable<string>): void {
    sequence.value = room.sequence
    commit.value = reel.entry(room.sequence) ?? null
    holdNow(moment_ms.value)
    city.showPast(new Map([[jurisdiction.value, room]]), kinds)
  }

  /** Open a jurisdiction at a time; true when it is shown. */
  async function enter(code: string, at_ms: number): Promise<boolean> {
    const mine = ++serial
    reading.value = true
    pause()
    const done = await guarded(async () => {
      const found = await get<Past>(`/replay?jurisdiction=${code}&at_ms=${Math.floor(at_ms)}`)
      if (mine !== serial) return
      if (jurisdiction.value !== code) reel = new Reel()
      jurisdiction.value = code
      moment_ms.value = at_ms
      take(found)
      draw()
    })
    if (mine === serial) reading.value = false
    if (done && mine === serial) void ahead(Math.max(1, sequence.value - BEHIND))
    return done
  }

  function take(found: Past): void {
    last.value = Math.max(found.last_sequence, found.past.sequence)
    reel.keep(found.past.sequence, found.past.documents)
    room = new RoomState()
    room.reset(found.past.sequence, found.past.documents)
  }

  /** Read steps from a sequence on. */
  async function ahead(from: number): Promise<void> {
    const start = reel.knownTo(from)
    if (asking || start > last.value) return
    asking = true
    const mine = reel
    await guarded(async () => {
      const page = await get<{ items: PastEntry[] }>(`/replay/changes?jurisdiction=${jurisdiction.value}&from_sequence=${start}&to_sequence=${last.value}&limit=${PAGE}`)
      mine.learn(page.items)
    })
    asking = false
    if (mine === reel && open.value) commit.value = reel.entry(sequence.value) ?? null
  }

  /** To right after a commit. */
  async function go(to: number): Promise<void> {
    const mine = ++serial
    const wanted = Math.max(1, Math.min(last.value, to))
    const known = reel.at(wanted)
    const entry = reel.entry(wanted)
    if (known && entry) {
      room = known
      moment_ms.value = entry.at_ms
      reading.value = false
      draw()
      if (reel.knownTo(wanted + 1) - wanted < LOW) void ahead(wanted + 1)
      return
    }
    reading.value = true
    const done = await guarded(async () => {
      const found = await get<Past>(`/replay?jurisdiction=${jurisdiction.value}&sequence=${wanted}`)
      if (mine !== serial) return
      take(found)
      moment_ms.value = found.past.commit_at_ms ?? moment_ms.value
      draw()
    })
    if (mine !== serial) return
    reading.value = false
    if (done) void ahead(Math.max(1, wanted - BEHIND))
  }

  /** Time goes on only over what was read: nothing is skipped while an answer is on its way. */
  function tick(): void {
    if (sequence.value >= last.value) return pause()
    const next = reel.entry(sequence.value + 1)
    if (reel.knownTo(sequence.value + 1) - sequence.value < LOW) void ahead(sequence.value + 1)
    if (!next || reading.value) return
    moment_ms.value += TICK_MS * speed.value
    const to = reel.reached(sequence.value, moment_ms.value)
    const kinds = new Set<string>()
    for (let n = sequence.value + 1; n <= to; n++) {
      const entry = reel.entry(n)
      if (entry) {
        room.apply(entry)
        for (const change of entry.changes) kinds.add(change.kind)
      }
    }
    draw(kinds)
  }
  function play(at: (typeof SPEEDS)[number]): void {
    speed.value = at
    playing.value = true
    timer ??= setInterval(tick, TICK_MS)
  }
  function pause(): void {
    playing.value = false
    clearInterval(timer)
    timer = undefined
  }

  /** Back to the present. */
  function leave(): void {
    serial += 1
    pause()
    reading.value = false
    if (!open.value) return
    desk.select(null)
    holdNow(null)
    city.showPast(null)
  }

  /** As far as minutes can be asked for. */
  const newest_ms = (): number => serverNow()
  return { jurisdiction, sequence, last, moment_ms, speed, playing, reading, problem, commit, open, enter, go, play, pause, leave, newest_ms }
})
