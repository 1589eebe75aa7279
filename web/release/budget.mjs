// Fails the build when a volunteer's phone would load more than 90 KB of script (gzip) before it shows its page.
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'

const LIMIT_BYTES = 90 * 1024
const DIST = new URL('../dist/', import.meta.url)
const manifest = JSON.parse(await readFile(new URL('.vite/manifest.json', DIST), 'utf8'))

const seen = new Set()
const visit = (key) => {
  if (seen.has(key)) return
  seen.add(key)
  for (const next of manifest[key].imports ?? []) visit(next)
}
visit('field.html')
let total = 0
for (const key of seen) {
  const file = manifest[key].file
  if (!file.endsWith('.js')) continue
  total += gzipSync(await readFile(new URL(file, DIST)), { level: 9 }).length
}
console.log(`field entry: ${(total / 1024).toFixed(1)} KB of script (gzip), limit ${LIMIT_BYTES / 1024} KB`)
if (total > LIMIT_BYTES) process.exit(1)
