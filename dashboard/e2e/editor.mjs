// The editor by hand and by keys alone: frames are met exactly, undo takes one step back, a draft outlives the page.
import assert from 'node:assert/strict'
import { browser, site } from './browser.mjs'
import { noted } from './notes.mjs'
import { PAGES, open } from './pages.mjs'

const { url, stop } = await site()
const { page, close } = await browser()
const place = PAGES.find(({ name }) => name === 'editor')
await open(page, url, place)

const seconds = (timecode) => timecode.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
/** In the page: the times of the pictures that are shown while it plays, until it stops. */
const watchPlay = () => {
  const video = document.querySelector('video')
  window.played = { times: [], over: false }
  const look = () => {
    if (!video.paused && !video.seeking) window.played.times.push(video.currentTime)
    if (video.paused && window.played.times.length > 0) window.played.over = true
    else requestAnimationFrame(look)
  }
  look()
}
const time = () => page.getByLabel('Time of the frame shown').textContent()
const starts = async () =>
  Promise.all((await page.getByLabel(/^Start of segment \d+$/).all()).map((field) => field.inputValue()))
const ranges = async () => {
  const ends = await Promise.all((await page.getByLabel(/^End of segment \d+$/).all()).map((field) => field.inputValue()))
  return (await starts()).map((start, index) => [start, ends[index]])
}
const pressed = async (key, times) => {
  for (let count = 0; count < times; count += 1) await page.keyboard.press(key)
}
const step = async (name, check, ...points) => {
  const figure = await check()
  noted(points, name, figure)
  console.log(`ok  ${name}${figure ? `: ${figure}` : ''}`)
}

await step('the video plays, and the clock with it', async () => {
  await page.keyboard.press(' ')
  await page.waitForFunction(() => document.querySelector('video').currentTime > 0.4)
  await page.keyboard.press('k')
  assert.notEqual((await time()).split(' ')[0], '00:00.000')
}, 29)
/** Presses at a share of the time line's width, and goes to others without letting go. */
const drawn = async (...shares) => {
  const line = await page.getByRole('slider', { name: 'Playhead' }).boundingBox()
  const y = line.y + line.height + 30
  const [first, ...others] = shares.map((share) => line.x + line.width * share)
  await page.mouse.move(first, y)
  await page.mouse.down()
  for (const x of others) await page.mouse.move(x, y)
  await page.mouse.up()
}
await step('drawing over the time line cuts a segment, and another one beside it', async () => {
  await drawn(0.2, 0.25, 0.4)
  assert.deepEqual(await ranges(), [['00:06.000', '00:12.000']])
  await drawn(0.9, 0.8, 0.7)
  assert.deepEqual(await ranges(), [['00:06.000', '00:12.000'], ['00:21.000', '00:27.000']])
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  assert.deepEqual(await ranges(), [['00:00.000', '00:30.000']])
}, 30)
await step('arrows go frame by frame', async () => {
  await page.keyboard.press('Home')
  await pressed('ArrowRight', 5)
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
  await pressed('ArrowLeft', 11)
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
await step('twenty steps back, and twenty on', async () => {
  const before = await ranges()
  await pressed('Alt+ArrowRight', 20)
  const after = await ranges()
  await pressed('Control+z', 20)
  assert.deepEqual(await ranges(), before)
  await pressed('Control+Shift+z', 20)
  assert.deepEqual(await ranges(), after)
  await pressed('Control+z', 20)
  return '20 steps'
}, 30)
await step('a segment is moved up and down by keys', async () => {
  const [first, second] = await ranges()
  await page.keyboard.press(']')
  await page.keyboard.press('Alt+ArrowUp')
  assert.deepEqual(await ranges(), [second, first])
  await page.keyboard.press('Alt+ArrowDown')
  assert.deepEqual(await ranges(), [first, second])
}, 31)
await step('a segment is pulled to another place by its grip, and back by undo', async () => {
  const [first, second] = await ranges()
  const [from, to] = await Promise.all(['Pull segment 1 to another place', 'Pull segment 2 to another place'].map((name) => page.getByTitle(name).boundingBox()))
  await page.mouse.move(from.x + 8, from.y + 12)
  await page.mouse.down()
  await page.mouse.move(to.x + 8, to.y + 20, { steps: 4 })
  await page.mouse.move(to.x + 8, to.y + 50)
  await page.mouse.up()
  assert.deepEqual(await ranges(), [second, first])
  await page.keyboard.press('Control+z')
  assert.deepEqual(await ranges(), [first, second])
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
  // Beside the hand stands the time, and the picture is the last frame inside.
  assert.equal(await handle.textContent(), await handle.getAttribute('aria-valuetext'))
  const inside = Number(await handle.getAttribute('aria-valuenow')) - 0.04
  assert.ok(Math.abs(inside - seconds((await time()).split(' ')[0])) < 0.001, `${inside} s, and ${await time()}`)
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
await step('what is chosen plays in its order, and nothing else', async () => {
  await page.getByLabel('End of segment 1').first().fill('1.56')
  await page.getByLabel('End of segment 1').first().press('Enter')
  await page.getByLabel('End of segment 2').first().fill('2.2')
  await page.getByLabel('End of segment 2').first().press('Enter')
  // Keys that are typed into a field are no shortcuts.
  await page.getByLabel('End of segment 2').first().blur()
  await page.keyboard.press(']')
  await page.keyboard.press('Alt+ArrowUp')
  const order = (await ranges()).map((range) => range.map(seconds))
  await page.evaluate(watchPlay)
  await page.getByRole('button', { name: 'Play selection' }).click()
  await page.waitForFunction(() => window.played.over)
  const { times } = await page.evaluate(() => window.played)
  const place = (at) => order.findIndex(([start, end]) => at >= start - 0.001 && at < end + 0.05)
  const places = times.map(place)
  assert.deepEqual(places, [...places].sort((a, b) => a - b), `${times}`)
  assert.deepEqual([...new Set(places)], [0, 1], `${times} of ${JSON.stringify(order)}`)
  await page.keyboard.press('Alt+ArrowDown')
  return `${times.length} pictures, all inside`
}, 33)
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
