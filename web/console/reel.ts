/** What was read of one jurisdiction's past: states to begin from and the steps between them. Pure. */
import type { FeedEntry } from '../design/documents'
import { RoomState } from '../design/feed'

/** A step: what a live screen was told, and who caused it. */
export interface PastEntry extends FeedEntry {
  actor: { account: string; role: string }
}

/** GET /replay */
export interface Past {
  past: { jurisdiction: string; at_ms: number; sequence: number; commit_at_ms: number | null; first_at_ms: number | null; documents: Record<string, { id: string }[]> }
  last_sequence: number
}

const MOST_BASES = 8
const MOST_ENTRIES = 3000

export class Reel {
  private bases: { sequence: number; documents: Record<string, { id: string }[]> }[] = []
  private entries = new Map<number, PastEntry>()

  keep(sequence: number, documents: Record<string, { id: string }[]>): void {
    this.bases = [...this.bases.filter((base) => base.sequence !== sequence), { sequence, documents }].slice(-MOST_BASES)
  }

  learn(entries: readonly PastEntry[]): void {
    for (const entry of entries) this.entries.set(entry.sequence, entry)
    // The oldest read go first: what is looked at now was read last.
    for (const sequence of this.entries.keys()) {
      if (this.entries.size <= MOST_ENTRIES) break
      this.entries.delete(sequence)
    }
  }

  entry(sequence: number): PastEntry | undefined {
    return this.entries.get(sequence)
  }

  /** The first sequence from here on that was not read. */
  knownTo(sequence: number): number {
    let next = sequence
    while (this.entries.has(next)) next += 1
    return next
  }

  /** The state right after a commit, from the nearest earlier base; null when a step on the way was not read. */
  at(sequence: number): RoomState | null {
    const base = this.bases.filter((one) => one.sequence <= sequence).sort((a, b) => b.sequence - a.sequence)[0]
    if (!base || this.knownTo(base.sequence + 1) <= sequence) return null
    const room = new RoomState()
    room.reset(base.sequence, base.documents)
    for (let n = base.sequence + 1; n <= sequence; n++) {
      const entry = this.entries.get(n)
      if (entry) room.apply(entry)
    }
    return room
  }

  /** The last known step at or before a time, counted on from a sequence. */
  reached(from: number, at_ms: number): number {
    let sequence = from
    for (let next = this.entries.get(sequence + 1); next && next.at_ms <= at_ms; next = this.entries.get(sequence + 1)) sequence += 1
    return sequence
  }
}
