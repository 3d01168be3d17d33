// What runs found for the points of the checklist: one line each in a file that `checklist.mjs` reads. Judges nothing.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const file = join(dirname(dirname(fileURLToPath(import.meta.url))), 'screenshots/checklist.jsonl')

export function noted(points, name, figure = 'passed') {
  if (points.length === 0) return
  mkdirSync(dirname(file), { recursive: true })
  const at = new Date().toISOString()
  appendFileSync(file, points.map((point) => `${JSON.stringify({ point, name, figure, at })}\n`).join(''))
}

/** The last note of each step, by point. */
export function notes() {
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : []
  const last = new Map(lines.map((line) => JSON.parse(line)).map((note) => [`${note.point} ${note.name}`, note]))
  return grouped([...last.values()])
}

function grouped(all) {
  const found = new Map()
  for (const note of all) found.set(note.point, [...(found.get(note.point) ?? []), note])
  return found
}
