/** The map's symbols, drawn by us in the colours of the theme in force, in the very pixels of the screen they stand on. */
import { token } from '../../design/theme'
import type { Mark } from './mapData'

type Draw = (g: CanvasRenderingContext2D) => void
/** width, height: px of the screen as CSS counts them. */
export interface Sprite { name: string; image: HTMLCanvasElement; width: number; height: number }

/** More than a city shows at once; numbers that are gone make room. */
const MOST = 600
const HOUSE = 'M-4 4v-5L0-5l4 4v5z'

/** A canvas that lies in memory: symbols are copied from one to the other without asking a graphics card, which may be the processor playing one. */
export function plainCanvas(width: number, height: number): { canvas: HTMLCanvasElement; g: CanvasRenderingContext2D | null } {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return { canvas, g: canvas.getContext('2d', { willReadFrequently: true }) }
}

function write(g: CanvasRenderingContext2D, text: string, x: number, y: number, color: string, size = 12): void {
  g.font = `700 ${size}px ${token('font')}`
  g.textAlign = 'center'
  g.textBaseline = 'middle'
  g.fillStyle = color
  g.fillText(text, x, y)
}

/** The lantern on its stem; the point of the stem is the bottom centre. */
function lantern(g: CanvasRenderingContext2D, look: Mark['look'], text: string, ring: boolean): void {
  const edge = look === 'lit' ? token('amber-edge') : look === 'over' ? token('ink') : token('ink-2')
  const fill = look === 'lit' ? token('amber') : look === 'over' ? token('red') : token('map-land')
  const words = look === 'lit' ? token('on-amber') : look === 'over' ? token('on-red') : token('ink')
  g.translate(20, 34)
  if (ring) {
    g.beginPath()
    g.arc(0, -13, 17, 0, 7)
    g.lineWidth = 2
    g.strokeStyle = token('ink')
    g.stroke()
  }
  g.lineWidth = 2
  g.strokeStyle = edge
  g.beginPath()
  g.moveTo(0, 0)
  g.lineTo(0, -6)
  g.stroke()
  g.beginPath()
  g.arc(0, 0, 2, 0, 7)
  g.fillStyle = edge
  g.fill()
  const body = new Path2D(look === 'over' ? 'M-9-24h18v17h-18z' : 'M-5-24h10l4 6-3 11h-12l-3-11z')
  g.fillStyle = fill
  g.fill(body)
  g.lineWidth = 1.5
  g.stroke(body)
  write(g, text, 0, -15, words)
}

/** Draws each symbol once. size: of symbols, 1 at a desk; letter: of an urgency, in the language shown. */
export class Symbols {
  private readonly drawn = new Map<string, Sprite>()
  private readonly size: number
  private readonly letter: (urgency: string) => string

  constructor(size: number, letter: (urgency: string) => string) {
    this.size = size
    this.letter = letter
  }

  /** Colours, language or the density of the screen changed. */
  forget(): void {
    this.drawn.clear()
  }

  private sprite(name: string, width: number, height: number, draw: Draw): Sprite {
    const known = this.drawn.get(name)
    if (known) return known
    const density = devicePixelRatio * this.size
    const { canvas, g } = plainCanvas(Math.ceil(width * density), Math.ceil(height * density))
    if (g) {
      g.scale(density, density)
      g.lineJoin = 'round'
      g.lineCap = 'round'
      draw(g)
    }
    const sprite = { name, image: canvas, width: canvas.width / devicePixelRatio, height: canvas.height / devicePixelRatio }
    if (this.drawn.size >= MOST) this.drawn.clear()
    this.drawn.set(name, sprite)
    return sprite
  }

  lamp(look: Mark['look'], urgency: string, selected: boolean): Sprite {
    return this.sprite(`lamp-${look}-${urgency}${selected ? '-sel' : ''}`, 40, 40, (g) => lantern(g, look, this.letter(urgency), selected))
  }

  point(open: boolean): Sprite {
    return this.sprite(open ? 'point-open' : 'point-closed', 12, 14, (g) => {
      g.translate(6, 7)
      const house = new Path2D(HOUSE)
      if (open) {
        g.fillStyle = token('steel-dim')
        g.fill(house)
      } else {
        g.strokeStyle = token('steel-dim')
        g.lineWidth = 1
        g.stroke(house)
      }
    })
  }

  camera(): Sprite {
    return this.sprite('camera', 8, 8, (g) => {
      g.translate(4, 4.3)
      g.fillStyle = token('ink-3')
      g.fill(new Path2D('M-2.6 2.200L0-2.800 2.600 2.200z'))
    })
  }

  /** A camera with what it sees; turned by its heading where it is drawn. */
  cone(): Sprite {
    return this.sprite('camera-cone', 56, 56, (g) => {
      g.translate(28, 28)
      g.globalAlpha = 0.2
      g.fillStyle = token('ink-3')
      g.fill(new Path2D('M0 0L-13-24H13z'))
      g.globalAlpha = 1
      g.fill(new Path2D('M-3.600 3L0-4 3.600 3z'))
    })
  }

  blind(): Sprite {
    return this.sprite('camera-blind', 10, 10, (g) => {
      g.translate(5, 5)
      g.strokeStyle = token('ink')
      g.lineWidth = 1.5
      g.stroke(new Path2D('M-3-3L3 3M3-3L-3 3'))
    })
  }

  volunteer(): Sprite {
    return this.sprite('volunteer', 14, 14, (g) => {
      g.beginPath()
      g.arc(7, 7, 5, 0, 7)
      g.fillStyle = token('surface')
      g.fill()
      g.lineWidth = 2
      g.strokeStyle = token('steel')
      g.stroke()
    })
  }

  /** A vehicle's bar with its number. */
  vehicle(label: string): Sprite {
    const half = label.length > 2 ? 11 + (label.length - 2) * 4 : 11
    return this.sprite(`vehicle-${label}`, half * 2 + 4, 18, (g) => {
      g.translate(half + 2, 9)
      const bar = new Path2D(`M${-half}-7h${half * 2 - 6}l6 6v8h${-half * 2}z`)
      g.fillStyle = token('steel')
      g.fill(bar)
      g.strokeStyle = token('map-out')
      g.stroke(bar)
      write(g, label, -1, 0.5, token('on-steel'))
    })
  }

  /** How many volunteers of a county are on duty. */
  count(count: number): Sprite {
    const text = String(count)
    const width = 24 + text.length * 7
    return this.sprite(`count-${text}`, width + 2, 20, (g) => {
      g.beginPath()
      g.roundRect(1.5, 1.5, width - 1, 17, 8.5)
      g.fillStyle = token('surface')
      g.fill()
      g.strokeStyle = token('steel-dim')
      g.stroke()
      g.beginPath()
      g.arc(11, 10, 3, 0, 7)
      g.fillStyle = token('steel')
      g.fill()
      g.font = `400 12px ${token('font')}`
      g.textBaseline = 'middle'
      g.fillStyle = token('ink-2')
      g.fillText(text, 18, 10.5)
    })
  }

  /** How many lamps stand at one place: a badge at the shoulder of the most urgent. */
  badge(count: number): Sprite {
    const text = String(count)
    const width = 9 + text.length * 7
    return this.sprite(`badge-${text}`, width + 2, 17, (g) => {
      g.beginPath()
      g.roundRect(1.5, 1.5, width - 1, 14, 2)
      g.fillStyle = token('surface')
      g.fill()
      g.strokeStyle = token('ink-2')
      g.stroke()
      write(g, text, width / 2 + 1, 9, token('ink'))
    })
  }

  /** A county's name with a halo of the land. */
  name(text: string): Sprite {
    const font = `400 13px ${token('font')}`
    const { g: ruler } = plainCanvas(1, 1)
    const spaced = (g: CanvasRenderingContext2D): void => {
      g.font = font
      g.letterSpacing = '1px'
    }
    if (ruler) spaced(ruler)
    const width = Math.ceil((ruler?.measureText(text).width ?? text.length * 14) + 8)
    return this.sprite(`name-${text}`, width, 24, (g) => {
      spaced(g)
      g.textAlign = 'center'
      g.textBaseline = 'middle'
      g.lineWidth = 4
      g.strokeStyle = token('map-land')
      g.strokeText(text, width / 2, 12.5)
      g.fillStyle = token('map-label')
      g.fillText(text, width / 2, 12.5)
    })
  }
}
