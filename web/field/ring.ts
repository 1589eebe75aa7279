/** The ring of an offer: two tones and a buzz, again every two seconds until it is answered, seen through or over. */
let context: AudioContext | null = null
let timer: ReturnType<typeof setInterval> | undefined

export function unlockRing(): void {
  context ??= new AudioContext()
  void context.resume()
}

export function ringOnce(): void {
  navigator.vibrate?.([400, 150, 400])
  if (!context || context.state !== 'running') return
  for (const [frequency, start] of [[880, 0], [1175, 0.25]] as const) {
    const oscillator = context.createOscillator()
    const gain = context.createGain()
    const at = context.currentTime + start
    oscillator.frequency.value = frequency
    gain.gain.setValueAtTime(0, at)
    gain.gain.linearRampToValueAtTime(0.5, at + 0.02)
    gain.gain.linearRampToValueAtTime(0, at + 0.22)
    oscillator.connect(gain).connect(context.destination)
    oscillator.start(at)
    oscillator.stop(at + 0.24)
  }
}

export function startRinging(): void {
  if (timer) return
  ringOnce()
  timer = setInterval(ringOnce, 2000)
}

export function stopRinging(): void {
  clearInterval(timer)
  timer = undefined
  navigator.vibrate?.(0)
}
