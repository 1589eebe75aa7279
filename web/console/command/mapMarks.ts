/** What changes on the map while it stands still, on a canvas above the ground: a change copies symbols in memory and leaves WebGL alone. */
import { plainCanvas, type Sprite } from './mapSymbols'
import type { Spot } from './mapNames'

/** A symbol at a place. dx, dy: of its centre from the place, px. */
export interface Stamp { at: Spot; sprite: Sprite; dx: number; dy: number; turn_deg?: number; id?: string }
/** From below. from, to: the zooms between which a layer shows. */
const LAYERS = [
  { name: 'points', from: 0, to: 99 },
  { name: 'cameras', from: 0, to: 9.5 },
  { name: 'cones', from: 9.5, to: 99 },
  { name: 'names', from: 0, to: 99 },
  { name: 'counts', from: 0, to: 12 },
  { name: 'volunteers', from: 12, to: 99 },
  { name: 'vehicles', from: 0, to: 99 },
  { name: 'lamps', from: 0, to: 99 },
  { name: 'badges', from: 0, to: 99 },
] as const
export type Layer = (typeof LAYERS)[number]['name']
/** Below, the counts of the counties stand for their volunteers. */
export const VOLUNTEERS_FROM_ZOOM = 12

export interface View { width: number; height: number; zoom: number; bearing_deg: number; project: (spot: Spot) => { x: number; y: number } }
interface Drawn { id: string; x: number; y: number }

const formOf = (stamps: readonly Stamp[]): string => stamps.map(({ at, sprite, turn_deg, id }) => `${at[0]} ${at[1]} ${sprite.name} ${turn_deg ?? ''} ${id ?? ''}`).join('\n')

export class MapMarks {
  readonly canvas: HTMLCanvasElement
  private readonly g: CanvasRenderingContext2D | null
  private readonly layers = new Map<Layer, readonly Stamp[]>()
  private readonly forms = new Map<Layer | 'ring', string>()
  private line: { spots: readonly Spot[]; color: string } = { spots: [], color: '' }
  private lamps: Drawn[] = []
  /** Whether what is on the canvas is no longer what was put. */
  stale = true

  constructor() {
    ;({ canvas: this.canvas, g: this.g } = plainCanvas(1, 1))
    this.canvas.className = 'mapmarks'
    this.canvas.setAttribute('aria-hidden', 'true')
  }

  put(layer: Layer, stamps: readonly Stamp[]): void {
    this.layers.set(layer, stamps)
    this.note(layer, formOf(stamps))
  }

  /** The radius of the wave in force, a dashed line. */
  ring(spots: readonly Spot[], color: string): void {
    this.line = { spots, color }
    this.note('ring', color + spots.join())
  }

  private note(layer: Layer | 'ring', form: string): void {
    if (this.forms.get(layer) === form) return
    this.forms.set(layer, form)
    this.stale = true
  }

  /** Everything is to be put anew: colours, language or the density of the screen changed. */
  forget(): void {
    this.forms.clear()
    this.stale = true
  }

  paint(view: View): void {
    const g = this.g
    if (!g) return
    this.stale = false
    const density = devicePixelRatio
    const [width, height] = [Math.round(view.width * density), Math.round(view.height * density)]
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width
      this.canvas.height = height
    }
    g.setTransform(1, 0, 0, 1, 0, 0)
    g.clearRect(0, 0, width, height)
    this.paintRing(g, view, density)
    this.lamps = []
    for (const { name, from, to } of LAYERS) {
      if (view.zoom < from || view.zoom >= to) continue
      for (const stamp of this.layers.get(name) ?? []) this.paintOne(g, stamp, view, density)
    }
  }

  private paintRing(g: CanvasRenderingContext2D, view: View, density: number): void {
    if (!this.line.spots.length) return
    g.setTransform(density, 0, 0, density, 0, 0)
    g.beginPath()
    for (const spot of this.line.spots) {
      const { x, y } = view.project(spot)
      g.lineTo(x, y)
    }
    g.lineWidth = 1
    g.setLineDash([4, 4])
    g.strokeStyle = this.line.color
    g.stroke()
    g.setTransform(1, 0, 0, 1, 0, 0)
  }

  private paintOne(g: CanvasRenderingContext2D, { at, sprite, dx, dy, turn_deg, id }: Stamp, view: View, density: number): void {
    const { x, y } = view.project(at)
    const [left, top] = [x + dx - sprite.width / 2, y + dy - sprite.height / 2]
    if (left > view.width || top > view.height || left + sprite.width < 0 || top + sprite.height < 0) return
    if (id !== undefined) this.lamps.push({ id, x, y })
    if (turn_deg === undefined) {
      // On whole pixels a copy is exact: figures and edges stay sharp.
      g.drawImage(sprite.image, Math.round(left * density), Math.round(top * density))
      return
    }
    g.translate((x + dx) * density, (y + dy) * density)
    g.rotate(((turn_deg - view.bearing_deg) * Math.PI) / 180)
    g.drawImage(sprite.image, -sprite.image.width / 2, -sprite.image.height / 2)
    g.setTransform(1, 0, 0, 1, 0, 0)
  }

  /** The lamp drawn under a point of the map, the uppermost; its reach in px around its place. */
  under(point: { x: number; y: number }, reach: { left: number; right: number; top: number; bottom: number }): string | undefined {
    return this.lamps.findLast(({ x, y }) => point.x >= x - reach.left && point.x <= x + reach.right && point.y >= y - reach.top && point.y <= y + reach.bottom)?.id
  }
}
