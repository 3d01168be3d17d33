// What a page does when the stream of events is cut, when it is loaded again in mid-export, and when nobody looks at it.
import assert from 'node:assert/strict'
import { proxy } from './proxy.mjs'

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
      await pill(page, 'Polling').waitFor()
      await page.waitForFunction((wanted) => document.querySelector('table a')?.getAttribute('href') === wanted, `/exports/${id}`)
      const took = performance.now() - begun
      assert.notEqual(first, `/exports/${id}`)
      between.unblock()
      await pill(page, 'Live').waitFor()
      return `news ${(took / 1000).toFixed(1)} s after the cut`
    }, 15)
    await step('a page loaded again in mid-export goes on where it was', async () => {
      const { id } = await order({ resolution: '1080p', quality: 'high', segments: [{ start: 0, end: 30 }], reuse_parts: false })
      await page.goto(`${between.url}/exports/${id}`)
      const bar = page.getByRole('progressbar', { name: 'Export progress' })
      const value = async () => Number(await bar.getAttribute('aria-valuenow'))
      await page.waitForFunction(() => Number(document.querySelector('[aria-label="Export progress"]')?.getAttribute('aria-valuenow')) >= 4)
      const before = await value()
      await page.reload()
      await page.waitForFunction(() => document.querySelector('[aria-label="Export progress"]')?.getAttribute('aria-valuenow'))
      const after = await value()
      assert.ok(after >= before, `${before} before, ${after} after`)
      assert.match(await page.title(), /^\d+ % · /)
      await farm.api(`/api/exports/${id}`, 'DELETE')
      return `${before} % before, ${after} % after`
    }, 16)
    await step('whoever asked for it is told when an export is over while the page is hidden', () => notice({ page, farm, order, url: farm.url }), 14)
    await step('and is told without a stream, too', async () => {
      between.block()
      const title = await notice({ page, farm, order, url: between.url })
      between.unblock()
      return title
    })
  } finally {
    // Nobody asks a proxy that is gone.
    await page.goto(`${farm.url}/exports`)
    between.stop()
  }
}

/** A page that believes itself hidden, in a browser that would show notices: what it tells, and where a press on that leads. */
async function notice({ page, farm, order, url }) {
  await page.context().grantPermissions(['notifications'], { origin: new URL(url).origin })
  const hidden = await page.context().newPage()
  await hidden.addInitScript(() => {
    window.notices = []
    window.Notification = class extends EventTarget {
      static permission = 'granted'
      static requestPermission = () => Promise.resolve('granted')
      constructor(title) {
        super()
        this.title = title
        window.notices.push(this)
      }
    }
    Object.defineProperty(document, 'hidden', { get: () => true })
  })
  // It is asked for beside one that takes long, so that a fast farm is not over before the button is there, …
  const long = await order({ resolution: '1080p', quality: 'high', reuse_parts: false, segments: [{ start: 0, end: 30 }] })
  await hidden.goto(`${url}/exports/${long.id}`)
  await hidden.getByRole('button', { name: 'Tell me when it is done' }).click()
  await hidden.getByRole('button', { name: 'You will be told', pressed: true }).waitFor()
  await hidden.getByRole('link', { name: 'Usage' }).click()
  // … which nobody is told of, since whoever cancels knows. A short one ends by itself.
  await farm.api(`/api/exports/${long.id}`, 'DELETE')
  const { id } = await order({ reuse_parts: false })
  await hidden.waitForFunction(() => window.notices.length > 0)
  const title = await hidden.evaluate(() => window.notices[0].title)
  assert.match(title, /\.mp4 is done$/)
  await hidden.evaluate(() => window.notices[0].dispatchEvent(new Event('click')))
  await hidden.waitForURL(`**/exports/${id}`)
  assert.equal(await hidden.evaluate(() => window.notices.length), 1)
  await hidden.close()
  return title
}
