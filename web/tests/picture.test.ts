import { describe, expect, it } from 'vitest'
import type { WireIncident } from '../design/wire'
import { pictureFocus } from '../console/pictureFocus'

const seen = (y0: number, y1: number, camera: string | null = 'c1') =>
  ({ pictures: [{ camera }], sighting: { boxes: [{ x0: 0.2, y0, x1: 0.4, y1, score: 0.8 }] } }) as unknown as WireIncident

describe('the part of the picture that is shown', () => {
  it('holds who lies at the lower edge', () => expect(pictureFocus(seen(0.75, 0.95))).toEqual({ objectPosition: '30% 100%' }))
  it('holds who stands far away', () => expect(pictureFocus(seen(0.05, 0.2)).objectPosition).toBe('30% 0%'))
  it('is the middle of a photo', () => expect(pictureFocus(seen(0.75, 0.95, null)).objectPosition).toBe('50% 50%'))
})
