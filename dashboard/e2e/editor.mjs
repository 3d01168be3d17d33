// The editor by hand and by keys alone: frames are met exactly, undo takes one step back, a draft outlives the page.
import assert from 'node:assert/strict'
import { browser, site } from './browser.mjs'
import { noted } from './notes.mjs'
import { PAGES, open } from './pages.mjs'

const { url, stop } = await site()
const { page, close } = await browser()
const place = PAGES.find(({ name }) => name === 'editor')
await open(page, url, place)

const time = () => page.getByLabel('Time of the frame shown').textContent()
const starts = async () =>
  Promise.all((await page.getByLabel(/^Start of segment \d+$/).all()).map((field) => field.inputValue()))
const step = async (name, check, ...points) => {
  await check()
  noted(points, name)
  console.log(`ok  ${name}`)
}

await step('the video plays, and the clock with it', async () => {
  await page.keyboard.press(' ')
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.4)
  await page.keyboard.press('k')
  assert.notEqual((await time()).split(' ')[0], '00:00.000')
}, 29)
await step('arrows go frame by frame', async () => {
  await page.keyboard.press('Home')
  for (let count = 0; count < 5; count += 1) await page.keyboard.press('ArrowRight')
  assert.match(await time(), /^00:00\.200/)
  await page.keyboard.press('ArrowLeft')
  assert.match(await time(), /^00:00\.160/)
  await page.keyboard.press('Shift+ArrowRight')
  assert.match(await time(), /^00:01\.160/)
}, 31)
await step('in and out are set to the very frame', async () => {
  await page.keyboard.press('i')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('o')
  assert.deepEqual(await starts(), ['00:01.160'])
  assert.equal(await page.getByLabel('End of segment 1').first().inputValue(), '00:02.200')
}, 31)
await step('a split, a nudge and a removal by keys', async () => {
  await page.keyboard.press('ArrowLeft')
  for (let count = 0; count < 10; count += 1) await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('s')
  assert.deepEqual(await starts(), ['00:01.160', '00:01.720'])
  await page.keyboard.press(']')
  await page.keyboard.press('Alt+ArrowRight')
  assert.deepEqual(await starts(), ['00:01.160', '00:01.760'])
  await page.keyboard.press('Delete')
  assert.deepEqual(await starts(), ['00:01.160'])
}, 31)
await step('undo and redo', async () => {
  await page.keyboard.press('Control+z')
  assert.deepEqual(await starts(), ['00:01.160', '00:01.760'])
  await page.keyboard.press('Control+z')
  assert.deepEqual(await starts(), ['00:01.160', '00:01.720'])
  await page.keyboard.press('Control+Shift+z')
  assert.deepEqual(await starts(), ['00:01.160', '00:01.760'])
}, 30)
await step('a handle is a slider that keys move and whose time is said', async () => {
  const handle = page.getByRole('slider', { name: 'End of Segment 2' })
  await handle.focus()
  const before = Number(await handle.getAttribute('aria-valuenow'))
  await page.keyboard.press('ArrowLeft')
  assert.equal(Number(await handle.getAttribute('aria-valuenow')).toFixed(3), (before - 0.04).toFixed(3))
  assert.match(await handle.getAttribute('aria-valuetext'), /^\d\d:\d\d\.\d{3}$/)
}, 31)
await step('a handle follows the hand, and one drag is one step back', async () => {
  const handle = page.getByRole('slider', { name: 'End of Segment 2' })
  const before = await handle.getAttribute('aria-valuetext')
  const box = await handle.boundingBox()
  await page.mouse.move(box.x + 4, box.y + 8)
  await page.mouse.down()
  for (const by of [40, 80, 120]) await page.mouse.move(box.x + 4 + by, box.y + 8)
  await page.mouse.up()
  assert.notEqual(await handle.getAttribute('aria-valuetext'), before)
  await page.keyboard.press('Control+z')
  assert.equal(await handle.getAttribute('aria-valuetext'), before)
}, 30)
await step('times can be typed', async () => {
  const field = page.getByLabel('Start of segment 2').first()
  await field.fill('1.8')
  await field.press('Enter')
  assert.equal(await field.inputValue(), '00:01.800')
}, 31)
await step('zoom goes down to frames, and thumbnails stay few', async () => {
  for (let count = 0; count < 14; count += 1) await page.getByRole('button', { name: 'Zoom in' }).click()
  assert.equal(await page.getByLabel('Zoom', { exact: true }).inputValue(), '100')
  const tiles = await page.locator('[aria-hidden] > div[style*="sprite"]').count()
  assert.ok(tiles > 0 && tiles < 60, `${tiles} thumbnails`)
}, 32)
await step('the draft is there after a reload', async () => {
  const before = await starts()
  await page.reload()
  await page.getByRole('slider', { name: 'Playhead' }).waitFor()
  assert.deepEqual(await starts(), before)
}, 33)
await step('an export of the segments is ordered by keys alone', async () => {
  await page.keyboard.press('Control+e')
  await page.getByRole('dialog', { name: 'Export' }).waitFor()
  await page.getByText('2 segments → 1 file').waitFor()
  await page.getByRole('button', { name: 'Start export' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('Queued', { exact: true }).first().waitFor()
}, 31)

await close()
await stop()
