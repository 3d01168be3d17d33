// A creator's way, first half: signed in by link, a file uploaded, two segments cut by keyboard and by mouse.
import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { dashboard } from '../browser.mjs'
import { seconds, shot } from './steps.mjs'

/** The ranges of the editor as they stand in its fields. */
export async function ranges(page) {
  // In one look: the page goes on meanwhile.
  const times = await page.evaluate(() =>
    ['Start', 'End'].map((edge) => [...document.querySelectorAll(`input[aria-label^="${edge} of segment "]`)].map(({ value }) => value)),
  )
  const [starts, ends] = times
  return starts.map((start, index) => [seconds(start), seconds(ends[index])])
}

const pressed = async (page, key, times) => {
  for (let count = 0; count < times; count += 1) await page.keyboard.press(key)
}

export async function cut({ page, step, farm, source }) {
  await step('the farm serves the document that the client is made from', async () => {
    const served = await (await fetch(`${farm.url}/openapi.json`)).json()
    const own = JSON.parse(readFileSync(join(dashboard, '../schema/openapi.json'), 'utf8'))
    assert.deepEqual(served, own)
    return `${Object.keys(own.paths).length} addresses`
  }, 2)
  await step('the link signs in and opens the dashboard, which is live', async () => {
    await page.getByRole('heading', { name: 'Home' }).waitFor()
    await page.getByText('Live', { exact: true }).first().waitFor()
    assert.ok(!page.url().includes('rfl_'), 'the link is not left in the address')
  })
  await step('a file is uploaded, read, and becomes ready without reload', async () => {
    await page.getByRole('link', { name: 'Videos' }).first().click()
    await page.getByRole('heading', { name: 'Videos' }).waitFor()
    await page.getByLabel('Videos to upload').first().setInputFiles(source.path)
    await page.getByText('Uploaded').waitFor()
    await page.getByRole('button', { name: `Quick export of ${source.name}` }).waitFor()
    return `${(statSync(source.path).size / 1e6).toFixed(1)} MB`
  })
  await step('the editor has picture, thumbnails and waveform', async () => {
    await page.getByRole('link', { name: source.name }).first().click()
    await page.getByRole('slider', { name: 'Playhead' }).waitFor()
    // Previews give way to everything else on the machine.
    await page.locator('video').waitFor({ timeout: 240_000 })
    await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0)
    await page.locator('section canvas').waitFor()
    await page.locator('[aria-hidden] > div[style*="background-image"]').first().waitFor({ state: 'attached' })
  })
  await step('a segment is cut by keys alone', async () => {
    await page.getByRole('slider', { name: 'Playhead' }).focus()
    await page.keyboard.press('Home')
    await pressed(page, 'Shift+ArrowRight', 3)
    await pressed(page, 'ArrowRight', 7)
    await page.keyboard.press('i')
    await pressed(page, 'Shift+ArrowRight', 8)
    await pressed(page, 'ArrowLeft', 2)
    await page.keyboard.press('o')
    assert.deepEqual(await ranges(page), [[3.28, 11.24]])
  })
  await step('another by mouse: the time line pressed, a button, two handles pulled', async () => {
    const line = await page.getByRole('slider', { name: 'Playhead' }).boundingBox()
    await page.mouse.click(line.x + line.width * 0.5, line.y + 12)
    await page.getByRole('button', { name: 'New segment here' }).click()
    for (const [edge, by] of [['End', 60], ['Start', 24]]) {
      const handle = await page.getByRole('slider', { name: `${edge} of Segment 2` }).boundingBox()
      const [x, y] = [handle.x + handle.width / 2, handle.y + handle.height / 2]
      await page.mouse.move(x, y)
      await page.mouse.down()
      for (const share of [0.3, 0.6, 1]) await page.mouse.move(x + by * share, y)
      await page.mouse.up()
    }
    const [, [start, end]] = await ranges(page)
    assert.ok(start > 11.24 && end - start > 1, `${start}–${end}`)
    for (const time of [start, end]) assert.ok(Math.abs(time * 25 - Math.round(time * 25)) < 0.02, `${time} lies between frames`)
    await shot(page, 'editor')
    return `${start}–${end} s`
  })
}
