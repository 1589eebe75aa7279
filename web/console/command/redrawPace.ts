/**
 * How long the map waits between drawings that nobody waits for. What a drawing costs is what the screen's next frames lose by it: next to nothing
 * with a graphics card, many frames where the processor plays one. At most one frame in forty is lost. Pure.
 */
const SHORTEST_MS = 200
const LONGEST_MS = 1000
const SHARE = 40
/** One that shows 60 frames a second, with what its clock is off by. */
const FRAME_MS = 18

export class RedrawPace {
  private cost_ms = 0

  /** took_ms: the longest of the frames in which a drawing fell. */
  drew(took_ms: number): void {
    const lost_ms = Math.max(0, took_ms - FRAME_MS)
    // Slower at once, quicker step by step: one quick frame proves nothing.
    this.cost_ms = lost_ms > this.cost_ms ? lost_ms : this.cost_ms * 0.8 + lost_ms * 0.2
  }

  get wait_ms(): number {
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.cost_ms * SHARE))
  }
}
