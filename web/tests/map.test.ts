import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RedrawPace } from '../console/command/redrawPace'
import { rowWindow, WHOLE_UP_TO } from '../console/command/rowWindow'

describe('a long queue', () => {
  it('is drawn whole while it is short', () => {
    expect(rowWindow(WHOLE_UP_TO, 60, 0, 700)).toEqual({ first: 0, end: WHOLE_UP_TO, above_px: 0, below_px: 0 })
  })

  it('always has the rows in sight, is never drawn whole, and is as high as all its rows', () => {
    fc.assert(fc.property(fc.integer({ min: 61, max: 20_000 }), fc.integer({ min: 20, max: 90 }), fc.integer({ min: -3_000, max: 2_000_000 }), fc.integer({ min: 100, max: 2_000 }), (count, row_px, from_px, seen_px) => {
      const { first, end, above_px, below_px } = rowWindow(count, row_px, from_px, seen_px)
      expect(above_px + (end - first) * row_px + below_px).toBe(count * row_px)
      expect(end - first).toBeLessThanOrEqual(seen_px / row_px + 40)
      for (const y of [from_px, from_px + seen_px / 2, from_px + seen_px - 1]) {
        const row = Math.floor(y / row_px)
        if (row >= 0 && row < count) expect(row >= first && row < end).toBe(true)
      }
    }))
  })
})

describe('the pace of the map', () => {
  it('is quick where a drawing costs no frame, and slow at once where it does', () => {
    const pace = new RedrawPace()
    expect(pace.wait_ms).toBe(200)
    pace.drew(17)
    expect(pace.wait_ms).toBe(200)
    pace.drew(33)
    expect(pace.wait_ms).toBe(600)
    pace.drew(250)
    expect(pace.wait_ms).toBe(1000)
  })

  it('grows quick again when drawings cost nothing for a while', () => {
    const pace = new RedrawPace()
    pace.drew(50)
    for (let i = 0; i < 30; i++) pace.drew(16)
    expect(pace.wait_ms).toBe(200)
  })
})
