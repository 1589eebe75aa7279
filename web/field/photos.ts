/** Photos from the scene: uploaded at once, handed in with the result. */
import { ref } from 'vue'
import { Problem, request } from '../design/api'
import { refused } from './outbox'

export const pictures = ref<string[]>([])
export const uploading = ref(false)

export async function sendPicture(file: File, incident: string): Promise<void> {
  uploading.value = true
  const form = new FormData()
  form.set('file', file)
  try {
    const { id } = (await (await request('POST', `/pictures?incident=${encodeURIComponent(incident)}`, form)).json()) as { id: string }
    pictures.value = [...pictures.value, id]
  } catch (error) {
    refused.value = { sort: 'photo', problem: error instanceof Problem ? error : new Problem('unreachable', 0, String(error), '', true) }
  } finally {
    uploading.value = false
  }
}
