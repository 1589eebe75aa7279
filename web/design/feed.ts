/**
 * The client's half of "snapshot, then changes": what a room holds after any sequence of messages equals a fresh snapshot.
 * No socket and no clock in here; the transport is handed in.
 */
import type { FeedEntry } from './documents'
import type { JoinAck, Room } from './wire'

const ALL_KINDS: ReadonlySet<string> = new Set(['incident', 'unit', 'point', 'camera', 'plan', 'tally', 'task', 'me'])

export type Documents = Map<string, Map<string, { id: string }>>

/** One jurisdiction's documents at one sequence. */
export class RoomState {
  sequence = -1
  documents: Documents = new Map()

  /** Replace everything. */
  reset(sequence: number, snapshot: Record<string, { id: string }[]>): void {
    this.sequence = sequence
    this.documents = new Map(Object.entries(snapshot).map(([kind, items]) => [kind, new Map(items.map((item) => [item.id, item]))]))
  }

  /** Apply one entry. 'old' was applied before and is ignored; 'gap' changes nothing: ask for what lies between. */
  apply(entry: FeedEntry): 'applied' | 'old' | 'gap' {
    if (entry.sequence <= this.sequence) return 'old'
    if (entry.sequence !== this.sequence + 1) return 'gap'
    for (const change of entry.changes) {
      let kind = this.documents.get(change.kind)
      if (!kind) this.documents.set(change.kind, (kind = new Map()))
      if (change.document === null) kind.delete(change.id)
      else kind.set(change.id, change.document as { id: string })
    }
    this.sequence = entry.sequence
    return 'applied'
  }
}

/** What the feed needs of a socket: ask and get an answer, or throw when there is none. */
export interface Asker {
  ask(event: 'join' | 'since', payload: object): Promise<JoinAck & Partial<Room>>
}

export interface FeedListener {
  /** kinds: which sorts of document changed; entry: null when the room was replaced by a snapshot. */
  changed(jurisdiction: string, kinds: ReadonlySet<string>, entry: FeedEntry | null): void
  joined(ack: JoinAck): void
  refused(code: string, whatToDo: string): void
}

const ROUNDS = 8

/** Keeps the rooms whole: joins, notices gaps, asks `since`, takes a fresh snapshot when the epoch is another one. */
export class Feed {
  readonly rooms = new Map<string, RoomState>()
  epoch: string | null = null
  private readonly asker: Asker
  private readonly listener: FeedListener
  /** False on the phones' namespace, where a sequence belongs to one connection: every gap is a new join. */
  private readonly resumes: boolean
  /** Messages that came while the rooms were being made whole, or after a gap. */
  private buffer: (FeedEntry & { epoch?: string })[] = []
  private behind = new Set<string>()
  private mustJoin = false
  private running: Promise<void> | null = null

  constructor(asker: Asker, listener: FeedListener, resumes = true) {
    this.resumes = resumes
    this.asker = asker
    this.listener = listener
  }

  /** Join all allowed rooms, naming what is held so that only the difference comes. Called on every connect. */
  join(): Promise<void> {
    this.mustJoin = true
    return this.mend()
  }

  /** A `changes` message came. Order, loss and repetition do not matter. */
  async receive(entry: FeedEntry & { epoch?: string }): Promise<void> {
    if (this.running || this.epoch === null) {
      this.buffer.push(entry)
      return this.running ?? undefined
    }
    if (entry.epoch !== undefined && entry.epoch !== this.epoch) return this.join()
    if (this.applyOne(entry) !== 'gap') return
    this.buffer.push(entry)
    this.behind.add(entry.jurisdiction)
    return this.mend()
  }

  /** The heartbeat names where each room stands; a message lost at the end of a burst is noticed by it. */
  async compare(rooms: Record<string, { sequence: number }>, epoch: string): Promise<void> {
    if (this.running || this.epoch === null) return
    if (epoch !== this.epoch) return this.join()
    for (const [name, { sequence }] of Object.entries(rooms)) {
      const state = this.rooms.get(name)
      if (state && sequence > state.sequence) this.behind.add(name)
    }
    if (this.behind.size) return this.mend()
  }

  private mend(): Promise<void> {
    this.running ??= this.mendUntilWhole().finally(() => (this.running = null))
    return this.running
  }

  private async mendUntilWhole(): Promise<void> {
    // Bounded: what is still missing after some rounds is noticed again by the next heartbeat.
    for (let round = 0; round < ROUNDS && (this.mustJoin || this.behind.size); round++) {
      try {
        if (this.mustJoin || !this.resumes) {
          this.mustJoin = false
          this.behind.clear()
          if (!(await this.joinOnce())) return
        } else await this.askBehind()
      } catch {
        // No answer: the connection is going. The next connect joins with what is held.
        this.buffer = []
        this.behind.clear()
        return
      }
      this.replayBuffer()
    }
    this.buffer = []
    this.behind.clear()
  }

  private async joinOnce(): Promise<boolean> {
    const since = Object.fromEntries([...this.rooms].map(([name, room]) => [name, room.sequence]))
    const ack = await this.asker.ask('join', this.epoch === null || !this.resumes ? {} : { since, epoch: this.epoch })
    if (!ack.ok) {
      this.listener.refused(ack.code ?? 'unknown', ack.what_to_do ?? '')
      return false
    }
    this.epoch = ack.epoch ?? null
    const rooms = ack.rooms ?? {}
    for (const name of this.rooms.keys()) if (!(name in rooms)) this.rooms.delete(name)
    for (const [name, room] of Object.entries(rooms)) this.take(name, room)
    this.listener.joined(ack)
    return true
  }

  private async askBehind(): Promise<void> {
    const names = [...this.behind]
    this.behind.clear()
    for (const name of names) {
      const sequence = this.rooms.get(name)?.sequence ?? -1
      const room = await this.asker.ask('since', { jurisdiction: name, sequence, epoch: this.epoch })
      if (room.ok === false || room.sequence === undefined || (room.epoch !== undefined && room.epoch !== this.epoch)) {
        this.mustJoin = true
        return
      }
      this.take(name, room as Room)
    }
  }

  private replayBuffer(): void {
    const rest = this.buffer.sort((a, b) => a.sequence - b.sequence)
    this.buffer = []
    for (const entry of rest) {
      if (entry.epoch !== undefined && entry.epoch !== this.epoch) continue
      if (this.applyOne(entry) !== 'gap') continue
      this.behind.add(entry.jurisdiction)
      this.buffer.push(entry)
    }
  }

  private take(name: string, room: Room): void {
    let state = this.rooms.get(name)
    if (!state) this.rooms.set(name, (state = new RoomState()))
    if (room.snapshot) {
      state.reset(room.sequence, room.snapshot)
      this.listener.changed(name, ALL_KINDS, null)
      return
    }
    for (const entry of room.changes ?? []) this.applyOne(entry)
    // Commits that changed nothing visible may be left out at the end of a catch-up; a hole inside it may not.
    if (room.sequence > state.sequence && !(room.changes ?? []).some((entry) => entry.sequence > state.sequence)) state.sequence = room.sequence
  }

  private applyOne(entry: FeedEntry): 'applied' | 'old' | 'gap' {
    const state = this.rooms.get(entry.jurisdiction)
    if (!state) return 'old'
    const result = state.apply(entry)
    if (result === 'applied') this.listener.changed(entry.jurisdiction, new Set(entry.changes.map((change) => change.kind)), entry)
    return result
  }
}
