// An export of minutes: what is said of the time left at half way, and what the page shows after the machine slept for a minute.
import assert from 'node:assert/strict'
import { proxy } from './proxy.mjs'
import { heldToItsWord, recorded } from './watch.mjs'

const TOLERANCE = 0.3
const SLEPT_MS = 60_000
/** After waking: the stream is missed by its watchdog, or asked for anew, and then all is as it is. */
const AWAKE_WITHIN_MS = 45_000
const LOOK_EVERY_MS = 500

export async function patience({ page, step, farm }) {
  const { videos } = await farm.api('/api/videos')
  // VP9 in 4K: of a minute the work of several.
  const segments = [{ start: 0, end: 30 }, { start: 1, end: 31 }]
  const body = { resolution: '4k', format: 'webm', quality: 'high', export_type: 'combined', segments, reuse_parts: false }
  const { id } = await farm.api(`/api/videos/${videos.at(-1).id}/export`, 'POST', body)
  const between = await proxy(farm.url)
  const percent = () => page.evaluate(() => Number(document.querySelector('[aria-label="Export progress"]')?.getAttribute('aria-valuenow') ?? 0))
  const told = async () => (await farm.api(`/api/exports/${id}/progress`)).progress
  try {
    await page.goto(`${between.url}/exports/${id}`)
    await page.getByRole('progressbar', { name: 'Export progress' }).waitFor()
    await recorded(page)
    await step('a minute without a network, as a machine that sleeps has none: then the page shows what is so', async () => {
      await until(async () => (await percent()) >= 5, 240_000)
      const before = await percent()
      between.sleep()
      await new Promise((resolve) => setTimeout(resolve, SLEPT_MS))
      between.wake()
      const begun = performance.now()
      await until(async () => Math.abs((await percent()) - (await told())) <= 1 && (await percent()) > before, AWAKE_WITHIN_MS)
      return `${before} % before, ${await percent()} % ${((performance.now() - begun) / 1000).toFixed(1)} s after`
    }, 16)
    await step('the time left at half way', async () => {
      await until(async () => (await percent()) >= 50, 600_000)
      const begun = performance.now()
      const line = await page.getByText(/so far/).textContent()
      // Nothing else is in the queue: what it says of everything, if five parts were rendered, is said of this export.
      const left = (await farm.api('/api/queue')).counts.time_left_seconds
      await page.getByText('SHA-256').waitFor({ timeout: 900_000 })
      const took = (performance.now() - begun) / 1000
      const said = secondsIn(line)
      const whole = await farm.api(`/api/exports/${id}`)
      const length = (Date.parse(whole.completed_at) - Date.parse(whole.started_at)) / 1000
      const off = (said - took) / took
      const queue = left === undefined ? 0 : (left.low + left.high) / 2 / took - 1
      const percents = [off, queue].map((share) => `${(share * 100).toFixed(0)} %`)
      const ofQueue = left === undefined ? 'the queue said nothing yet' : `the queue said ${left.low}–${left.high} s: ${percents[1]} off`
      const figure = `“${line}”, and it took ${took.toFixed(0)} s: ${percents[0]} off, of ${length.toFixed(0)} s in all; ${ofQueue}`
      assert.ok(Math.abs(off) <= TOLERANCE && Math.abs(queue) <= TOLERANCE, figure)
      return figure
    }, 17)
    await step('never 100 % before the end, in all that time', () => heldToItsWord(page, false), 14, 17)
  } finally {
    between.stop()
  }
}

async function until(isSo, milliseconds) {
  const end = performance.now() + milliseconds
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not within ${milliseconds / 1000} s: ${isSo}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** The seconds of `… · about 2 min 30 s left · …`. */
function secondsIn(line) {
  const [, text] = /about ([^·]*) left/.exec(line) ?? []
  assert.ok(text, `no time left in “${line}”`)
  const of = (unit) => Number(new RegExp(`([\\d.]+) ${unit}\\b`).exec(text)?.[1] ?? 0)
  return of('h') * 3600 + of('min') * 60 + of('s')
}
