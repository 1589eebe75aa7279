/** Which rows of a long list are drawn: those in sight and some beside them. Pure. */
export interface Stretch { first: number; end: number; above_px: number; below_px: number }

/** Short lists are drawn whole: a bad night has five hundred rows, and each would be laid out anew every second. */
export const WHOLE_UP_TO = 60
/** The window moves in steps, so that scrolling draws now and then and not at each pixel. */
const STEP = 8

/**
 * count: rows, all row_px high. from_px: how far the list's own beginning lies above the edge of what is seen, seen_px high; negative: below it.
 * Rows in sight are always inside the stretch; above_px and below_px stand for the others.
 */
export function rowWindow(count: number, row_px: number, from_px: number, seen_px: number): Stretch {
  if (count <= WHOLE_UP_TO || row_px <= 0) return { first: 0, end: Math.min(count, row_px > 0 ? count : WHOLE_UP_TO), above_px: 0, below_px: 0 }
  const top = Math.floor(from_px / row_px / STEP) * STEP - STEP
  const bottom = Math.ceil((from_px + seen_px) / row_px / STEP) * STEP + STEP
  const first = Math.min(Math.max(0, top), count)
  const end = Math.min(Math.max(first, bottom), count)
  return { first, end, above_px: first * row_px, below_px: (count - end) * row_px }
}
