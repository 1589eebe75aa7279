import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RoomState } from '../design/feed'
import { Reel, type PastEntry } from '../console/reel'

interface Doc { id: string; n: number }
const flat = (room: RoomState | null): unknown => room && [...room.documents].map(([kind, items]) => [kind, [...items.values()].sort((a, b) => (a.id < b.id ? -1 : 1))])
const entry = (sequence: number, id: string, n: number | null): PastEntry => ({
  jurisdiction: '371602', sequence, at_ms: sequence * 1000, command_id: '', actor: { account: 'a', role: 'operator' }, events: [],
  changes: [{ kind: 'incident', id, document: n === null ? null : { id, n } }],
})

/** What the log gives after each commit, told by nothing but repetition from the start. */
function told(steps: (readonly [string, number | null])[]): { entries: PastEntry[]; states: Map<string, Doc>[] } {
  const now = new Map<string, Doc>()
  const states = [new Map(now)]
  const entries = steps.map(([id, n], i) => {
    if (n === null) now.delete(id)
    else now.set(id, { id, n })
    states.push(new Map(now))
    return entry(i + 1, id, n)
  })
  return { entries, states }
}
const steps = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.option(fc.nat(9), { nil: null })), { minLength: 1, maxLength: 30 })

describe('the reel', () => {
  it('shows each moment as the log has it, whatever was read before and in whichever order', () => {
    fc.assert(fc.property(steps, fc.array(fc.nat(30)), fc.array(fc.tuple(fc.nat(30), fc.nat(12))), (list, bases, pages) => {
      const { entries, states } = told(list)
      const reel = new Reel()
      for (const base of bases.filter((n) => n < states.length)) reel.keep(base, { incident: [...(states[base]?.values() ?? [])] })
      for (const [from, count] of pages) reel.learn(entries.slice(from, from + count))
      for (let n = 0; n < states.length; n++) {
        const room = reel.at(n)
        if (room) expect([...(room.documents.get('incident')?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual([...(states[n]?.values() ?? [])].sort((a, b) => (a.id < b.id ? -1 : 1)))
        else if (bases.includes(n) && bases.slice(-8).includes(n)) throw new Error(`a base at ${n} was kept and is not shown`)
      }
    }))
  })
  it('goes back without keeping what came later', () => {
    const { entries } = told([['a', 1], ['b', 2], ['a', null]])
    const reel = new Reel()
    reel.keep(0, {})
    reel.learn(entries)
    expect(flat(reel.at(3))).toEqual([['incident', [{ id: 'b', n: 2 }]]])
    expect(flat(reel.at(1))).toEqual([['incident', [{ id: 'a', n: 1 }]]])
  })
  it('never steps over what was not read', () => {
    const { entries } = told([['a', 1], ['a', 2], ['a', 3], ['a', 4]])
    const reel = new Reel()
    reel.keep(0, {})
    reel.learn([...entries.slice(0, 2), ...entries.slice(3)])
    expect(reel.reached(0, 10_000)).toBe(2)
    expect(reel.knownTo(1)).toBe(3)
    expect(reel.at(4)).toBeNull()
  })
  it('reaches a step when its time has come, not before', () => {
    const { entries } = told([['a', 1], ['a', 2]])
    const reel = new Reel()
    reel.learn(entries)
    expect([reel.reached(0, 999), reel.reached(0, 1000), reel.reached(0, 1999), reel.reached(1, 2000)]).toEqual([0, 1, 1, 2])
  })
})
