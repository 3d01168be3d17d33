// The whole way on a real farm, started for it: what a creator does, then what an operator does. Nothing of the farm is played here.
// `REELFARM_BINARIES` is a folder of built programs, `REELFARM_MEDIA` one of real files; without them, `target/debug` and a drawn film.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browser } from './browser.mjs'
import { noted } from './notes.mjs'
import { codecs } from './farm/codecs.mjs'
import { cut } from './farm/cut.mjs'
import { desk } from './farm/desk.mjs'
import { order } from './farm/export.mjs'
import { film } from './farm/film.mjs'
import { long } from './farm/long.mjs'
import { many } from './farm/many.mjs'
import { operate } from './farm/operate.mjs'
import { pace } from './farm/pace.mjs'
import { patience } from './farm/patience.mjs'
import { sources } from './farm/sources.mjs'
import { startFarm } from './farm/start.mjs'
import { steps } from './farm/steps.mjs'
import { weather } from './farm/weather.mjs'

/** What the browser notes of answers that are meant, whatever the page does with them. */
const MEANT = [
  /status of 409 .*\/preview$/, // it is still being made
  /status of 400 .*\/api\/webhooks$/, // an address that the farm refuses, at its field
  /status of 503 .*\/(events|progress)$/, // streams that the proxy refuses
  /net::ERR_INCOMPLETE_CHUNKED_ENCODING .*\/(events|progress)$/, // and those that it cuts
]

/** Chapters that take long or hold times to limits: by name, and no part of the tests. */
const MEASURED = ['many', 'pace', 'patience', 'long', 'sources']

/** The origins that the page's policy lets it ask beside its own: where files are stored. */
async function named(url) {
  const answer = await fetch(url, { headers: { Accept: 'text/html' } })
  return answer.headers.get('content-security-policy').match(/https?:\/\/[^\s;]+/g) ?? []
}

/** `node e2e/farm.mjs operate` runs that chapter alone, after the first, which all others need. */
const wanted = process.argv.slice(2)
const isWanted = (name) => (wanted.length === 0 ? !MEASURED.includes(name) : wanted.includes(name))
const folder = mkdtempSync(join(tmpdir(), 'reelfarm-e2e-'))
const source = film(folder)
// What is downloaded is called like what was uploaded.
const downloads = join(folder, 'downloads')
mkdirSync(downloads)
const farm = await startFarm()
try {
  const { page, faults, sent, close } = await browser({ login: farm.login })
  const way = { page, farm, source, downloads, folder, faults, step: steps(page, faults) }
  for (const [name, chapter] of Object.entries({ cut, order, weather, desk, operate, codecs, pace, many, patience, long, sources })) {
    if (name === 'cut' || isWanted(name)) await chapter(way)
  }
  await close()
  const stored = await named(farm.url)
  const elsewhere = sent.elsewhere.filter((address) => !stored.includes(new URL(address).origin))
  assert.deepEqual(elsewhere, [], 'nothing leaves the farm')
  for (const fault of new Set(faults)) console.log(`      ${fault}`)
  assert.deepEqual(faults.filter((fault) => !MEANT.some((meant) => meant.test(fault))), [], 'the console is empty')
  if (wanted.length === 0) noted([4], 'console and origins on the real farm', `${sent.count} requests, all to the farm and the store that its policy names`)
} finally {
  await farm.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log('the whole way')
