/** Notes taken by hand while the connection was lost. Shown until the operator sends or drops each; nothing goes by itself. */
import { ref } from 'vue'

export interface HandNote {
  incident: string
  number: string
  text: string
  at_ms: number
}
const KEPT_AS = 'nd.hand_notes'
export const notes = ref<HandNote[]>(JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '[]') as HandNote[])

function keep(): void {
  sessionStorage.setItem(KEPT_AS, JSON.stringify(notes.value))
}
export function keepNote(note: HandNote): void {
  notes.value.push(note)
  keep()
}
export function dropNote(note: HandNote): void {
  notes.value = notes.value.filter((other) => other !== note)
  keep()
}
