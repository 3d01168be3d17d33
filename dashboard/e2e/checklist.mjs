// Prints the forty points of the checklist, each with what settles it and the figure of the last run: `npm run checklist`.
// Component tests are told of by `npm test`, everything else by the scripts of this folder. A point that nothing has told of is open,
// and then this fails.
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { dashboard } from './browser.mjs'
import { notes } from './notes.mjs'
import { POINTS } from './points-list.mjs'
import { passed } from './unit-results.mjs'

/** Is made anew by every run, and no source. */
const MADE = /^mock\/public|routeTree\.gen|^(src|mock)$/

/** When the source last changed: what was found before may no longer be so. */
const changedAt = Math.max(
  ...['src', 'mock'].flatMap((folder) =>
    readdirSync(join(dashboard, folder), { recursive: true })
      .map((name) => join(folder, String(name)))
      .filter((path) => !MADE.test(path))
      .map((path) => statSync(join(dashboard, path)).mtimeMs),
  ),
)
const old = (at) => (Date.parse(at) < changedAt ? ' (before the last change)' : '')

const found = notes()
const open = []
for (const [index, { text, tests = [], looked }] of POINTS.entries()) {
  const number = index + 1
  const own = (found.get(number) ?? []).map(({ name, figure, at }) => `${name}: ${figure}${old(at)}`)
  const units = tests.map(([file, pattern]) => passed(file, pattern)).filter(({ count }) => count > 0)
  const counted = units.reduce((sum, { count }) => sum + count, 0)
  const lines = [
    ...own,
    ...(counted > 0 ? [`${counted} component ${counted === 1 ? 'test' : 'tests'}${old(units[0].at)}`] : []),
    ...(looked ? [`looked at: ${looked}`] : []),
  ]
  if (lines.length === 0) open.push(number)
  console.log(`${String(number).padStart(2)}  ${text}`)
  for (const line of lines.length > 0 ? lines : ['OPEN']) console.log(`      ${line}`)
}
console.log(open.length === 0 ? '\nnothing is open' : `\nopen: ${open.join(', ')}`)
process.exit(open.length === 0 ? 0 : 1)
