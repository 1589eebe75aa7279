import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Alarm, audible } from '../console/alarm'
import { heldOrder, makeQueue, pressingClock } from '../console/queue'
import { refresh, type Choice } from '../console/recommendation'
import { ruling, changedSettings } from '../console/plan'
import { stack } from '../console/command/mapData'
import { nameSpots, settleNames } from '../console/command/mapNames'
import { dice, incidents, NOW_MS, plans, recommendation } from './fixture/scene'

describe('the queue', () => {
  it("puts the design's night in the design's order", () => {
    const { hand, inHand } = makeQueue(incidents(), NOW_MS)
    expect(hand.map((row) => row.incident.place.name)).toEqual(['无棣汽车站 候车厅', '渤海七路 天桥下', '富国路 银行自助厅', '博城五路 公交站亭', '孙武古城 东门', '黛溪五路 桥洞'])
    expect(inHand[0]?.incident.place.name).toBe('黄河八路 地下通道')
  })

  it('is in the same order whatever order the documents come in, breached first, then by urgency', () => {
    const all = incidents()
    const wanted = makeQueue(all, NOW_MS).hand.map((row) => row.incident.id)
    fc.assert(fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
      expect(makeQueue(shuffled, NOW_MS).hand.map((row) => row.incident.id)).toEqual(wanted)
    }))
  })

  it('shows the clock of the one who is late when somebody must be chased', () => {
    const late = incidents().find((i) => i.asked === 'chase_arrival')!
    expect(pressingClock(late)?.clock).toBe('arrive')
  })

  it('holds places while the pointer is in it: new rows wait, taken rows stay', () => {
    expect(heldOrder(['a', 'b', 'c'], ['x', 'c', 'a'], true)).toEqual({ order: ['a', 'b', 'c'], waiting: ['x'] })
    expect(heldOrder(['a', 'b', 'c'], ['x', 'c', 'a'], false)).toEqual({ order: ['x', 'c', 'a'], waiting: [] })
  })
})

describe('the alarm', () => {
  const silent = (): ReturnType<typeof incidents> => incidents().map((i) => ({ ...i, asked: null }))
  it('sounds a breach again every ten seconds until somebody takes it', () => {
    const alarm = new Alarm()
    const breached = [incidents()[0]!]
    const heard: number[] = []
    for (let s = 0; s < 31; s++) if (alarm.tick(breached, NOW_MS + s * 1000, true).includes('over')) heard.push(s)
    expect(heard).toEqual([0, 10, 20, 30])
    expect(alarm.tick(silent(), NOW_MS + 40_000, true)).toEqual([])
  })
  it('rings a very urgent arrival again each 15 s until it is received', () => {
    const alarm = new Alarm()
    const base = incidents()[0]!
    const fresh = { ...base, clock: { clock: 'receive' as const, started_at_ms: NOW_MS, due_at_ms: NOW_MS + 600_000, alerted: 0 }, limit: null }
    const heard: number[] = []
    for (let s = 0; s < 31; s++) if (alarm.tick([fresh], NOW_MS + s * 1000, true).includes('very_urgent')) heard.push(s)
    expect(heard).toEqual([0, 15, 30])
  })
  it('passes 50 and 80 % once each, and plays the low tone alone while the connection is lost', () => {
    const alarm = new Alarm()
    const one = { ...incidents()[4]!, clock: { clock: 'file' as const, started_at_ms: NOW_MS, due_at_ms: NOW_MS + 100_000, alerted: 0 } }
    const heard: string[] = []
    for (let s = 0; s < 100; s++) heard.push(...alarm.tick([one], NOW_MS + s * 1000, true))
    expect(heard).toEqual(['half', 'near'])
    expect([0, 1000, 29_000, 30_000].map((ms) => alarm.tick([one], NOW_MS + 200_000 + ms, false).join())).toEqual(['lost', '', '', 'lost'])
  })
  it('is never muted at 100 %', () => {
    expect(audible('over', NOW_MS + 1, NOW_MS)).toBe(true)
    expect(audible('half', NOW_MS + 1, NOW_MS)).toBe(false)
    expect(audible('half', NOW_MS - 1, NOW_MS)).toBe(true)
  })
})

describe('派谁', () => {
  const seen = recommendation.candidates.map((c): Choice => ({ ...c, ticked: c.rank <= 2, gone: '' }))
  it('keeps a chosen person who became unavailable, unticked, with the reason', () => {
    const after = refresh(seen, recommendation.candidates.slice(1), () => 'unit_state.committed')
    expect(after.find((c) => c.unit === 'u-li')).toMatchObject({ ticked: false, gone: 'unit_state.committed' })
    expect(after.find((c) => c.unit === 'u-liu')?.ticked).toBe(true)
  })
  it('never ticks anybody by itself', () => {
    const added = { ...recommendation.candidates[0]!, unit: 'u-new', rank: 1 }
    expect(refresh(seen, [added, ...recommendation.candidates], () => '').filter((c) => c.ticked).map((c) => c.unit)).toEqual(['u-li', 'u-liu'])
  })
})

describe('the plan line', () => {
  it('says each setting that the plan changed, and nothing without one', () => {
    const found = ruling(plans(true))!
    expect(found.counties).toBe(7)
    expect(changedSettings(found.document).map((c) => `${c.key} ${c.from} ${c.to}`)).toEqual(['patrol 60 20', 'dwell 10 4', 'radii 1 / 3 1.5 / 5', 'uplift  ', 'points  +23', 'called  412', 'revisit 12 2'])
    expect(ruling(plans(false))).toBeNull()
  })
})

describe('the map', () => {
  it('stacks above four overlapping symbols, the most urgent on top, and loses none', () => {
    const rows = makeQueue(incidents(), NOW_MS)
    const random = dice(3)
    fc.assert(fc.property(fc.integer({ min: 1, max: 14 }), (n) => {
      const marks = [...rows.hand, ...rows.inHand].slice(0, n).map((row, i) => ({ row, look: 'lit' as const, order: i, x: random() * 30, y: random() * 30 }))
      const stacks = stack(marks)
      expect(stacks.reduce((sum, s) => sum + s.count, 0)).toBe(n)
      for (const s of stacks) expect(s.count === 1 || s.count > 4).toBe(true)
    }))
  })
  const square = { type: 'Polygon' as const, coordinates: [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]] }
  it("puts a county's name inside it and off its cameras", () => {
    const [x, y] = nameSpots(square, [[0.5, 0.5], [0.52, 0.48]])[0]!
    expect(x > 0.05 && x < 0.95 && y > 0.05 && y < 0.95).toBe(true)
    expect(Math.hypot(x - 0.5, y - 0.5)).toBeGreaterThan(0.05)
  })
  it('moves a name only when a lamp or another name covers it, and then to where nothing does', () => {
    const reach = { left: 30, right: 30, top: 10, bottom: 30 }
    const project = ([x, y]: [number, number]) => ({ x: x * 400, y: y * 400 })
    const spots = nameSpots(square, [])
    const now = spots[7]!
    expect(settleNames([{ code: 'a', spots: [now, ...spots], reach }], [], project).get('a')).toEqual(now)
    const lamp = { ...project(now), left: 12, right: 12, top: 28, bottom: 4 }
    const settled = settleNames(['a', 'b'].map((code) => ({ code, spots: [now, ...spots], reach })), [lamp], project)
    const boxes = [...settled.values()].map(project)
    for (const { x, y } of boxes) expect(Math.abs(x - lamp.x) >= 42 || y - lamp.y >= 14 || lamp.y - y >= 58).toBe(true)
    expect(Math.abs(boxes[0]!.x - boxes[1]!.x) >= 60 || Math.abs(boxes[0]!.y - boxes[1]!.y) >= 40).toBe(true)
  })
})
