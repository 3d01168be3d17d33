// How soon an event of the coordinator is on the screen: from the moment it goes out to the browser until the page is drawn with it.
import assert from 'node:assert/strict'
import { proxy } from './proxy.mjs'

const EVENT_MAX_MS = 250
const TRIES = 5

export async function pace({ page, step, farm }) {
  const { videos } = await farm.api('/api/videos')
  const body = { resolution: '4k', format: 'webm', quality: 'high', export_type: 'single', segments: [{ start: 0, end: 30 }], reuse_parts: false }
  const order = () => farm.api(`/api/videos/${videos.at(-1).id}/export`, 'POST', body)
  const between = await proxy(farm.url)
  try {
    await step('an event is on the screen: an export of the list is over', async () => {
      await page.goto(`${between.url}/exports`)
      await page.getByRole('banner').getByText('Live', { exact: true }).waitFor()
      const took = []
      for (let number = 0; number < TRIES; number += 1) {
        const { id } = await order()
        const row = `tr:has(a[href="/exports/${id}"])`
        await drawnWhen(page, row, 'Processing')
        const said = between.heard((text) => text.includes(id) && text.includes('cancelled'))
        await farm.api(`/api/exports/${id}`, 'DELETE')
        took.push((await drawnWhen(page, row, 'Cancelled')) - (await said))
      }
      return told(took)
    }, 15)
    await step('an event is on the screen: an export is further', async () => {
      const { id } = await order()
      await page.goto(`${between.url}/exports/${id}`)
      const bar = '[role=progressbar][aria-label="Export progress"]'
      await page.waitForFunction((path) => Number(document.querySelector(path)?.getAttribute('aria-valuenow')) >= 1, bar)
      const took = []
      for (let number = 0; number < TRIES; number += 1) {
        const next = Number(await page.locator(bar).getAttribute('aria-valuenow')) + 1
        const said = between.heard((text) => progressIn(text) >= next)
        took.push((await drawnWhen(page, bar, next)) - (await said))
      }
      await farm.api(`/api/exports/${id}`, 'DELETE')
      return told(took)
    }, 14)
  } finally {
    await page.goto(`${farm.url}/exports`)
    between.stop()
  }
}

/** When, in milliseconds since 1970, the page is drawn with this text or at least this value at that place. */
async function drawnWhen(page, path, wanted) {
  const isThere = ([selector, sought]) => {
    const place = document.querySelector(selector)
    const is = typeof sought === 'string' ? place?.textContent.includes(sought) : Number(place?.getAttribute('aria-valuenow')) >= sought
    return is && performance.timeOrigin + performance.now()
  }
  return (await page.waitForFunction(isThere, [path, wanted], { polling: 'raf' })).jsonValue()
}

/** The percent that an event of either stream tells. */
const progressIn = (text) => Number(/"progress":\s*(\d+)/.exec(text)?.[1])

function told(took) {
  const figure = `${took.map(Math.round).join(', ')} ms`
  assert.ok(took.every((one) => one <= EVENT_MAX_MS), figure)
  return `after ${figure}`
}
