import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FeedEntry } from '../design/documents'
import { Feed, type Asker } from '../design/feed'
import type { JoinAck, Room } from '../design/wire'

type Doc = { id: string; n: number }
const flat = (documents: Map<string, Map<string, { id: string }>>): unknown =>
  [...documents].flatMap(([kind, items]) => [...items.values()].map((doc) => [kind, doc])).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))

/** A server with the rules of docs/api.md: one feed a room, kept only so far back, and an epoch. */
class Server implements Asker {
  epoch = 1
  kept = 5
  deaf = false
  readonly rooms = new Map<string, { sequence: number; docs: Map<string, Map<string, Doc>>; feed: FeedEntry[] }>()
  constructor(names: string[]) {
    for (const name of names) this.rooms.set(name, { sequence: 3, docs: new Map([['incident', new Map([['a', { id: 'a', n: 0 }]])]]), feed: [] })
  }
  write(name: string, kind: 'incident' | 'unit', id: string, n: number | null): FeedEntry & { epoch: string } {
    const room = this.rooms.get(name)!
    if (!room.docs.has(kind)) room.docs.set(kind, new Map())
    if (n === null) room.docs.get(kind)!.delete(id)
    else room.docs.get(kind)!.set(id, { id, n })
    const entry: FeedEntry = { jurisdiction: name, sequence: ++room.sequence, at_ms: 0, command_id: '', events: [], changes: [{ kind, id, document: n === null ? null : { id, n } }] }
    room.feed = [...room.feed, entry].slice(-this.kept)
    return { ...entry, epoch: String(this.epoch) }
  }
  rebuild(): void {
    this.epoch += 1
    for (const room of this.rooms.values()) room.feed = []
  }
  private room(name: string, since: number | undefined, same: boolean): Room {
    const room = this.rooms.get(name)!
    const oldest = room.sequence - room.feed.length
    if (same && since !== undefined && since >= oldest && since <= room.sequence) return { sequence: room.sequence, changes: structuredClone(room.feed.filter((e) => e.sequence > since)) }
    return { sequence: room.sequence, snapshot: Object.fromEntries([...room.docs].map(([kind, docs]) => [kind, structuredClone([...docs.values()])])) }
  }
  async ask(event: 'join' | 'since', payload: { since?: Record<string, number>; epoch?: string; jurisdiction?: string; sequence?: number }): Promise<JoinAck & Partial<Room>> {
    if (this.deaf) throw new Error('no answer')
    const same = payload.epoch === String(this.epoch)
    const epoch = String(this.epoch)
    if (event === 'since') return { ok: true, epoch, ...this.room(payload.jurisdiction!, payload.sequence, same) }
    return { ok: true, epoch, rooms: Object.fromEntries([...this.rooms.keys()].map((name) => [name, this.room(name, payload.since?.[name], same)])) }
  }
}
const feedOf = (server: Server): Feed => new Feed(server, { changed: () => undefined, joined: () => undefined, refused: () => undefined })
const expectWhole = (feed: Feed, server: Server): void => {
  for (const [name, room] of server.rooms) {
    const held = feed.rooms.get(name)!
    expect(held.sequence).toBe(room.sequence)
    const clean = (d: Map<string, Map<string, { id: string }>>): unknown => flat(new Map([...d].filter(([, items]) => items.size)))
    expect(clean(held.documents)).toEqual(clean(room.docs))
  }
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('write' as const), room: fc.constantFrom('r1', 'r2'), kind: fc.constantFrom('incident' as const, 'unit' as const), id: fc.constantFrom('a', 'b', 'c'), n: fc.option(fc.nat(99), { nil: null }), fate: fc.constantFrom('told', 'told', 'told', 'lost', 'twice', 'late') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('rebuild' as const, 'reconnect' as const, 'beat' as const, 'deaf' as const, 'hear' as const) }) },
)

describe('the feed', () => {
  it('equals a fresh snapshot after any run of writes, losses, repeats, late messages, rebuilds and reconnects', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const server = new Server(['r1', 'r2'])
        const feed = feedOf(server)
        await feed.join()
        const late: (FeedEntry & { epoch: string })[] = []
        const beat = (): Promise<void> => feed.compare(Object.fromEntries([...server.rooms].map(([name, room]) => [name, { sequence: room.sequence }])), String(server.epoch))
        for (const s of steps) {
          if (s.do === 'write') {
            const entry = server.write(s.room, s.kind, s.id, s.n)
            if (s.fate === 'late') late.push(entry)
            else if (s.fate !== 'lost') {
              await feed.receive(structuredClone(entry))
              if (s.fate === 'twice') await feed.receive(structuredClone(entry))
            }
            if (late.length > 2) await feed.receive(late.shift()!)
          } else if (s.do === 'rebuild') server.rebuild()
          else if (s.do === 'reconnect') await feed.join()
          else if (s.do === 'beat') await beat()
          else server.deaf = s.do === 'deaf'
        }
        server.deaf = false
        for (const entry of late) await feed.receive(entry)
        await beat()
        expectWhole(feed, server)
      }),
      { numRuns: 300 },
    )
  })

  it('keeps what comes while a join is under way', async () => {
    const server = new Server(['r1'])
    let release = (): void => undefined
    const slow: Asker = { ask: async (event, payload) => { const answer = await server.ask(event, payload); await new Promise<void>((done) => (release = done)); return answer } }
    const feed = new Feed(slow, { changed: () => undefined, joined: () => undefined, refused: () => undefined })
    const joining = feed.join()
    await Promise.resolve()
    await new Promise((done) => setTimeout(done))
    void feed.receive(server.write('r1', 'incident', 'b', 7))
    release()
    await joining
    expectWhole(feed, server)
  })

  it('says so when the server refuses the join, and holds nothing', async () => {
    let code = ''
    const feed = new Feed({ ask: () => Promise.resolve({ ok: false, code: 'not_your_area' }) }, { changed: () => undefined, joined: () => undefined, refused: (c) => (code = c) })
    await feed.join()
    expect([code, feed.rooms.size]).toEqual(['not_your_area', 0])
  })

  it('joins again after a gap where a sequence belongs to the connection', async () => {
    const asked: string[] = []
    const server = new Server(['home'])
    const feed = new Feed({ ask: (event, payload) => { asked.push(event); return server.ask(event, payload) } }, { changed: () => undefined, joined: () => undefined, refused: () => undefined }, false)
    await feed.join()
    server.write('home', 'unit', 'x', 1)
    await feed.receive(server.write('home', 'unit', 'y', 2))
    expect(asked).toEqual(['join', 'join'])
    expectWhole(feed, server)
  })
})
