// Holds what a browser has to fetch against the budgets: for the first page of exports, the editor and the queue.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { noted } from '../e2e/notes.mjs'

const app = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/app')
const manifest = JSON.parse(readFileSync(join(app, '.vite/manifest.json'), 'utf8'))

/** Everything that is fetched when these are, without what is fetched on demand later. */
function closure(names) {
  const files = new Set()
  const visit = (name) => {
    const { file, imports = [], css = [] } = manifest[name]
    if (files.has(file)) return
    files.add(file)
    for (const sheet of css) files.add(sheet)
    imports.forEach(visit)
  }
  names.forEach(visit)
  return files
}

const kilobytes = (files) =>
  [...files].reduce((sum, file) => sum + gzipSync(readFileSync(join(app, file)), { level: 9 }).length, 0) / 1000
const script = (files) => [...files].filter((file) => file.endsWith('.js'))
const route = (name) => {
  const wanted = `src/routes/${name}.tsx?tsr-split=component`
  if (!manifest[wanted]) throw new Error(`no such route: ${wanted}`)
  return wanted
}

const shell = ['index.html', route('_app')]
const first = closure([...shell, route('_app.exports.index')])
const beyond = (name) => {
  const before = closure(shell)
  return [...closure([...shell, route(name)])].filter((file) => !before.has(file))
}

const budgets = [
  ['script of the first page, /exports', kilobytes(script(first)), 180],
  ['script the editor adds', kilobytes(script(beyond('_app.videos.$id'))), 150],
  ['script the queue adds', kilobytes(script(beyond('_app.ops.queue'))), 60],
  ['styles', kilobytes([...first].filter((file) => file.endsWith('.css'))), 15],
]
let over = 0
for (const [name, size, most] of budgets) {
  console.log(`${name}: ${size.toFixed(1)} kB of ${most}`)
  if (size > most) over += 1
}
if (over === 0) noted([5], 'what is fetched', budgets.map(([name, size, most]) => `${name} ${size.toFixed(1)} of ${most} kB`).join(', '))
process.exit(over > 0 ? 1 : 0)
