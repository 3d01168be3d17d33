// What a newcomer does first, in a clone that has nothing of this checkout: install, check, test, build, each with its time.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dashboard } from './browser.mjs'
import { noted } from './notes.mjs'

/** Seconds, from the budgets; the checks are types, lints and what is generated. */
const MOST = { 'npm ci': 60, 'npm run check': 60, 'npm test': 60, 'npm run build': 15 }

const folder = mkdtempSync(join(tmpdir(), 'reelfarm-clean-'))
try {
  execFileSync('git', ['clone', '--quiet', join(dashboard, '..'), folder])
  const cwd = join(folder, 'dashboard')
  const took = Object.keys(MOST).map((command) => {
    const begun = performance.now()
    execFileSync('sh', ['-c', command], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
    return [command, (performance.now() - begun) / 1000]
  })
  const figure = took.map(([command, seconds]) => `${command} ${seconds.toFixed(1)} s`).join(', ')
  for (const [command, seconds] of took) assert.ok(seconds <= MOST[command], figure)
  const source = (path) => readdirSync(join(cwd, path), { recursive: true }).map((name) => join(path, String(name)))
  const own = source('src').filter((path) => /\.tsx?$/.test(path) && !path.includes('api/gen'))
  const any = own.filter((path) => /(: any\b|as any\b|<any>)/.test(readFileSync(join(cwd, path), 'utf8')))
  assert.deepEqual(any.filter((path) => !path.endsWith('routeTree.gen.ts')), [], 'no `any`')
  noted([1], 'a clean clone', `${figure}; no any in ${own.length} files`)
  noted([2], 'the client made again from the document', 'npm run check:gen finds no difference')
  console.log(`ok  ${figure}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
