import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { circle, distance_m, offset_m, toGcj02 } from '../design/geo'
import { ageText, clockText, isNightShift, leftText, nextAt, shiftStart, viewClock } from '../design/time'
import { NOW_MS } from './fixture/scene'

const view = (length_s: number, gone_s: number) => viewClock({ started_at_ms: NOW_MS, due_at_ms: NOW_MS + length_s * 1000 }, NOW_MS + gone_s * 1000)

describe('clocks', () => {
  it('say what is left as the design does', () => {
    expect(leftText(view(180, 149), 'zh')).toBe('余 00:31')
    expect(leftText(view(180, 222), 'zh')).toBe('超 00:42')
    expect(leftText(view(7200, 7200 - 4080), 'zh')).toBe('1 时 08 分')
    expect(leftText(view(7200, 7200 - 4080), 'en')).toBe('1 h 08')
    expect(leftText(view(180, 222), 'en')).toBe('+00:42')
  })
  it('turn at 50, 80 and 100 %', () => {
    expect([0, 49, 50, 79, 80, 99, 100, 300].map((s) => view(100, s).stage)).toEqual(['early', 'early', 'half', 'half', 'near', 'near', 'over', 'over'])
  })
  it('never write a span that reads as a time of day, and keep their width under an hour', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 400_000 }), fc.integer({ min: 0, max: 500_000 }), (length, gone) => {
      const text = leftText(view(length, gone), 'zh')
      expect(text).not.toMatch(/\d:\d\d:\d\d/)
      if (Math.abs(length - gone) < 3599) expect(text).toMatch(/^[余超] \d\d:\d\d$/)
    }))
  })
  it('show the time of China whatever the machine is set to', () => {
    expect(clockText(NOW_MS)).toBe('02:14:37')
    expect(isNightShift(NOW_MS)).toBe(true)
    expect(clockText(shiftStart(NOW_MS))).toBe('20:00:00')
    expect(clockText(nextAt(NOW_MS, 6, 0))).toBe('06:00:00')
    expect(ageText(72_000, 'zh')).toBe('1 分 12 秒')
  })
})

describe('places', () => {
  it('are shifted for Chinese map apps by some hundred metres inside China, and nowhere else', () => {
    const here = { lat_wgs84: 39.908823, lon_wgs84: 116.39747 }
    const { lat_gcj02, lon_gcj02 } = toGcj02(here)
    // The published example: Tiananmen, WGS-84 to GCJ-02.
    expect(lat_gcj02).toBeCloseTo(39.910226, 4)
    expect(lon_gcj02).toBeCloseTo(116.403714, 4)
    expect(toGcj02({ lat_wgs84: 48.1, lon_wgs84: 11.5 })).toEqual({ lat_gcj02: 48.1, lon_gcj02: 11.5 })
  })
  it('lie on a circle at its radius', () => {
    fc.assert(fc.property(fc.double({ min: 20, max: 50, noNaN: true }), fc.double({ min: 75, max: 130, noNaN: true }), fc.integer({ min: 100, max: 5000 }), (lat, lon, radius) => {
      const center = { lat_wgs84: lat, lon_wgs84: lon }
      for (const [x, y] of circle(center, radius, 12)) {
        const spot = { lat_wgs84: y, lon_wgs84: x }
        expect(Math.abs(distance_m(center, spot) - radius)).toBeLessThan(radius * 0.01)
        const { east, north } = offset_m(center, spot)
        expect(Math.abs(Math.hypot(east, north) - radius)).toBeLessThan(radius * 0.01)
      }
    }), { numRuns: 40 })
  })
})
