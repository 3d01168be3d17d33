// Prints the forty points of the checklist, each with what settles it and the figure of the last run: `npm run checklist`.
import { notes } from './notes.mjs'

/** What is asked, in short, and where it is tried when no browser run notes a figure for it. */
const POINTS = [
  ['builds, checks and tests from a clean clone; no `any`', 'npm ci && npm run check && npm test && npm run build'],
  ['the client is what the document gives', 'npm run check:gen'],
  ['the eight functions: refusals, faults, loss, abort', 'src/api/client.test.ts'],
  ['nothing leaves the origin; no violation of the policy; an empty console', 'farm.mjs, held.mjs'],
  ['first script within its budget; editor and queue come later', 'npm run check:size'],
  ['the export dialog opens everywhere, takes and returns focus, lies above all', 'held.mjs, export-modal.test.tsx'],
  ['every change changes the estimate; without it the order can be sent', 'export-modal.test.tsx'],
  ['what is wrong stands at its field, and nothing is sent', 'checks.test.ts, export-modal.test.tsx'],
  ['warnings do not block', 'checks.test.ts'],
  ['a double click orders once', 'export-modal.test.tsx'],
  ['refusals of the farm stand at their fields; others keep the form', 'export-modal.test.tsx'],
  ['the number of files is as said, and each is exact', 'farm.mjs'],
  ['a preset is there at once', 'farm.mjs'],
  ['stages and bar: in order, never backwards', 'farm.mjs'],
  ['without the stream: polling within 5 s, and back without reload', 'farm.mjs'],
  ['a reload in mid-export goes on', 'farm.mjs'],
  ['time left; never 100 % too early; slow is said', 'checks.test.ts, exports-list.test.tsx'],
  ['cancelled within 5 s', 'farm.mjs'],
  ['a failure says why; a retry keeps every option', 'farm.mjs'],
  ['plays, seeks, downloads to the byte', 'farm.mjs'],
  ['ten a page by the server; filters and page in the address', 'exports-list.test.tsx'],
  ['nothing jumps', 'farm.mjs'],
  ['two kinds of empty; an error keeps what was there', 'exports-list.test.tsx'],
  ['ten thousand exports', 'farm.mjs'],
  ['many at once: asked with their number, failures one by one', 'exports-list.test.tsx'],
  ['presets: made, edited, copied, deleted with a way back; reset says what changes', 'settings.test.tsx'],
  ['recommendations with their day and source', 'settings.test.tsx'],
  ['bulk export and quick export', 'quick-export.test.tsx'],
  ['what plays, plays; what cannot, says so', 'editor.mjs'],
  ['drag, trim, undo', 'editor.mjs'],
  ['all of it by keys', 'editor.mjs'],
  ['thumbnails and waveform without the whole file; zoom to frames', 'editor.mjs'],
  ['the selection plays; the draft outlives a reload', 'editor.mjs'],
  ['a killed node: its cells are tried again, then elsewhere', 'farm.mjs'],
  ['ten thousand cells, keys, an equal table', 'speed.mjs, queue-page.test.tsx'],
  ['priorities, orders, logs', 'queue-page.test.tsx'],
  ['a node is let in from the page; its token works once', 'farm.mjs'],
  ['what a node is and why it is idle; offline in time', 'farm.mjs, nodes.test.tsx'],
  ['a creator sees nothing of the farm', 'farm.mjs'],
  ['axe: nothing, on every page, dialog and state, in both themes', 'held.mjs'],
]

const found = notes()
for (const [index, [text, place]] of POINTS.entries()) {
  const own = found.get(index + 1) ?? []
  console.log(`${String(index + 1).padStart(2)}  ${text}`)
  if (own.length === 0) console.log(`      ${place}`)
  for (const { name, figure } of own) console.log(`      ${name}: ${figure}`)
}
