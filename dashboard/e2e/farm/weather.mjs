// What a page does when the stream of events is cut, and when it is loaded again in mid-export.
import assert from 'node:assert/strict'
import { proxy } from './proxy.mjs'

/** Five seconds are promised, and the figure is told; a machine that does other things beside may take longer. */
const FALLBACK_WITHIN_MS = 30_000

const pill = (page, word) => page.getByRole('banner').getByText(word, { exact: true })

export async function weather({ page, step, farm }) {
  const { videos } = await farm.api('/api/videos')
  const order = (more = {}) =>
    farm.api(`/api/videos/${videos[0].id}/export`, 'POST', {
      resolution: '720p',
      format: 'mp4',
      quality: 'low',
      export_type: 'single',
      segments: [{ start: 1, end: 2 }],
      ...more,
    })
  const between = await proxy(farm.url)
  try {
    await step('the stream is cut: the page polls, says so, and still shows news; then it is live again, without reload', async () => {
      await page.goto(`${between.url}/exports`)
      await pill(page, 'Live').waitFor()
      await page.getByText(/^(\d+–\d+ of )?\d+ exports?$|No exports yet/).waitFor()
      const first = await page.evaluate(() => document.querySelector('table a')?.getAttribute('href'))
      const begun = performance.now()
      between.block()
      const { id } = await order()
      await pill(page, 'Polling').waitFor({ timeout: FALLBACK_WITHIN_MS })
      await page.waitForFunction(
        (wanted) => document.querySelector('table a')?.getAttribute('href') === wanted,
        `/exports/${id}`,
        { timeout: FALLBACK_WITHIN_MS },
      )
      const took = performance.now() - begun
      assert.notEqual(first, `/exports/${id}`)
      between.unblock()
      await pill(page, 'Live').waitFor({ timeout: 40_000 })
      return `news ${(took / 1000).toFixed(1)} s after the cut`
    }, 15)
    await step('a page loaded again in mid-export goes on where it was', async () => {
      const { id } = await order({ resolution: '1080p', quality: 'high', segments: [{ start: 0, end: 30 }], reuse_parts: false })
      await page.goto(`${between.url}/exports/${id}`)
      const bar = page.getByRole('progressbar', { name: 'Export progress' })
      const value = async () => Number(await bar.getAttribute('aria-valuenow'))
      await page.waitForFunction(() => Number(document.querySelector('[aria-label="Export progress"]')?.getAttribute('aria-valuenow')) >= 4, undefined, { timeout: 60_000 })
      const before = await value()
      await page.reload()
      await page.waitForFunction(() => document.querySelector('[aria-label="Export progress"]')?.getAttribute('aria-valuenow'))
      const after = await value()
      assert.ok(after >= before, `${before} before, ${after} after`)
      assert.match(await page.title(), /^\d+ % · /)
      await farm.api(`/api/exports/${id}`, 'DELETE')
      return `${before} % before, ${after} % after`
    }, 16)
  } finally {
    // Nobody asks a proxy that is gone.
    await page.goto(`${farm.url}/exports`)
    between.stop()
  }
}
