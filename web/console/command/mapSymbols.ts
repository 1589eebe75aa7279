/** The map's symbols, drawn by us on a canvas in the colours of the theme in force. Twice the size for sharp screens. */
import type { Map as MapLibre } from 'maplibre-gl'
import { token } from '../../design/theme'

const SCALE = 2
type Draw = (g: CanvasRenderingContext2D) => void

function symbol(map: MapLibre, name: string, width: number, height: number, draw: Draw): void {
  const canvas = document.createElement('canvas')
  canvas.width = width * SCALE
  canvas.height = height * SCALE
  // Read back at once: on a canvas of the graphics card that waits for all it has to do.
  const g = canvas.getContext('2d', { willReadFrequently: true })
  if (!g) return
  g.scale(SCALE, SCALE)
  g.lineJoin = 'round'
  g.lineCap = 'round'
  draw(g)
  const image = g.getImageData(0, 0, canvas.width, canvas.height)
  if (map.hasImage(name)) map.removeImage(name)
  map.addImage(name, image, { pixelRatio: SCALE })
}

function write(g: CanvasRenderingContext2D, text: string, x: number, y: number, color: string, size = 12): void {
  g.font = `700 ${size}px ${token('font')}`
  g.textAlign = 'center'
  g.textBaseline = 'middle'
  g.fillStyle = color
  g.fillText(text, x, y)
}

/** The lantern on its stem; the point of the stem is the bottom centre. */
function lantern(g: CanvasRenderingContext2D, look: 'lit' | 'out' | 'over', text: string, ring: boolean): void {
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

export const MARKS = ['very_urgent', 'urgent', 'routine'] as const

/** (Re)draw all symbols. marks: the letter of each urgency in the language shown. */
export function drawSymbols(map: MapLibre, marks: Record<(typeof MARKS)[number], string>): void {
  for (const urgency of MARKS) {
    for (const look of ['lit', 'out', 'over'] as const) {
      symbol(map, `lamp-${look}-${urgency}`, 40, 40, (g) => lantern(g, look, marks[urgency], false))
      symbol(map, `lamp-${look}-${urgency}-sel`, 40, 40, (g) => lantern(g, look, marks[urgency], true))
    }
  }
  for (const open of [true, false]) {
    symbol(map, open ? 'point-open' : 'point-closed', 12, 14, (g) => {
      g.translate(6, 7)
      const house = new Path2D('M-4 4v-5L0-5l4 4v5z')
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
  symbol(map, 'camera', 8, 8, (g) => {
    g.translate(4, 4.3)
    g.fillStyle = token('ink-3')
    g.fill(new Path2D('M-2.6 2.200L0-2.800 2.600 2.200z'))
  })
  symbol(map, 'camera-cone', 56, 56, (g) => {
    g.translate(28, 28)
    g.globalAlpha = 0.2
    g.fillStyle = token('ink-3')
    g.fill(new Path2D('M0 0L-13-24H13z'))
    g.globalAlpha = 1
    g.fill(new Path2D('M-3.600 3L0-4 3.600 3z'))
  })
  symbol(map, 'camera-blind', 10, 10, (g) => {
    g.translate(5, 5)
    g.strokeStyle = token('ink')
    g.lineWidth = 1.5
    g.stroke(new Path2D('M-3-3L3 3M3-3L-3 3'))
  })
  symbol(map, 'volunteer', 14, 14, (g) => {
    g.beginPath()
    g.arc(7, 7, 5, 0, 7)
    g.fillStyle = token('surface')
    g.fill()
    g.lineWidth = 2
    g.strokeStyle = token('steel')
    g.stroke()
  })
}

/** A vehicle's bar with its number; drawn on demand, one image a label. */
export function drawVehicle(map: MapLibre, name: string, label: string): void {
  const half = label.length > 2 ? 11 + (label.length - 2) * 4 : 11
  symbol(map, name, half * 2 + 4, 18, (g) => {
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
export function drawCount(map: MapLibre, name: string, count: number): void {
  const text = String(count)
  const width = 24 + text.length * 7
  symbol(map, name, width + 2, 20, (g) => {
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
export function drawBadge(map: MapLibre, name: string, count: number): void {
  const text = String(count)
  const width = 9 + text.length * 7
  symbol(map, name, width + 2, 17, (g) => {
    g.beginPath()
    g.roundRect(1.5, 1.5, width - 1, 14, 2)
    g.fillStyle = token('surface')
    g.fill()
    g.strokeStyle = token('ink-2')
    g.stroke()
    write(g, text, width / 2 + 1, 9, token('ink'))
  })
}
