/** Plays the tones with Web Audio; no files. */
import { ref } from 'vue'
import type { Tone } from './alarm'

/** [frequency Hz, start s, length s] */
const NOTES: Record<Tone, [number, number, number][]> = {
  very_urgent: [[880, 0, 0.16], [1175, 0.2, 0.24]],
  urgent: [[660, 0, 0.22]],
  half: [[784, 0, 0.14]],
  near: [[784, 0, 0.14], [784, 0.22, 0.14]],
  over: [[988, 0, 0.14], [988, 0.2, 0.14], [988, 0.4, 0.22]],
  lost: [[220, 0, 0.5]],
}
const GAIN: Record<Tone, number> = { very_urgent: 0.3, urgent: 0.12, half: 0.18, near: 0.22, over: 0.32, lost: 0.25 }

let context: AudioContext | null = null
/** False until the browser lets the page make a sound: it wants one click or key first. */
export const mayPlay = ref(false)

export function unlockSound(): void {
  context ??= new AudioContext()
  void context.resume().then(() => (mayPlay.value = context?.state === 'running'))
}

export function play(tone: Tone): void {
  if (!context || context.state !== 'running') return
  for (const [frequency, start, length] of NOTES[tone]) {
    const oscillator = context.createOscillator()
    const gain = context.createGain()
    const at = context.currentTime + start
    oscillator.frequency.value = frequency
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(GAIN[tone], at + 0.015)
    gain.gain.setValueAtTime(GAIN[tone], at + length - 0.04)
    gain.gain.linearRampToValueAtTime(0, at + length)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(at)
    oscillator.stop(at + length)
  }
}
