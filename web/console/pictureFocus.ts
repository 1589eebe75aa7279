/** Which part of a camera's picture to show where it does not fit: the one with the person in it. */
import type { WireIncident } from '../design/wire'

// How much of the height of a 4:3 picture a wide slot shows, and where in it the person should be: above the caption.
const SHOWN = 0.37
const AT = 0.42

function percent(share: number): string {
  return `${Math.round(Math.min(1, Math.max(0, share)) * 100)}%`
}

/** A CSS `object-position` for the newest picture of an incident; the middle when nobody was boxed. */
export function pictureFocus(incident: Pick<WireIncident, 'sighting' | 'pictures'>): { objectPosition: string } {
  const boxes = incident.pictures.at(-1)?.camera ? (incident.sighting?.boxes ?? []) : []
  const first = boxes.reduce<(typeof boxes)[number] | null>((best, box) => (best && best.score >= box.score ? best : box), null)
  if (!first) return { objectPosition: '50% 50%' }
  return { objectPosition: `${percent((first.x0 + first.x1) / 2)} ${percent(((first.y0 + first.y1) / 2 - AT * SHOWN) / (1 - SHOWN))}` }
}
