// How fast it is, on a machine that has nothing else to do: ten thousand cells of which two hundred change in every frame, and a
// log of fifty thousand lines.
import assert from 'node:assert/strict'
import { browser, site } from './browser.mjs'
import { noted } from './notes.mjs'

const SECONDS = 6
const FRAMES_PER_SECOND_MIN = 55
const FRAME_MAX_MS = 50

const { url, stop } = await site()
const { page, close } = await browser()
const told = (points, name, figure) => {
  noted(points, name, figure)
  console.log(`ok  ${name}: ${figure}`)
}

/** Frames a second, and the longest between two, once it is in its stride. */
const frames = (seconds) =>
  page.evaluate(async (length) => {
    const next = () => new Promise(requestAnimationFrame)
    for (let warm = 0; warm < 30; warm += 1) await next()
    const times = [await next()]
    while (times.at(-1) - times[0] < length * 1000) times.push(await next())
    const gaps = times.slice(1).map((time, index) => time - times[index])
    return { rate: (gaps.length * 1000) / (times.at(-1) - times[0]), worst: Math.max(...gaps), elements: document.querySelectorAll('*').length }
  }, seconds)

await page.goto(`${url}/mock/grid.html?cells=10000&changes=200`)
await page.locator('canvas').first().waitFor()
const { rate, worst, elements } = await frames(SECONDS)
const figure = `${rate.toFixed(1)} fps, worst frame ${worst.toFixed(0)} ms, ${elements} elements`
assert.ok(rate >= FRAMES_PER_SECOND_MIN && worst <= FRAME_MAX_MS, figure)
told([35], 'ten thousand cells, two hundred of them changing in every frame', figure)

// Many cells answer to keys as few do.
await page.goto(`${url}/mock/grid.html?cells=10000&changes=0`)
const row = page.getByRole('button', { name: /tasks of .*arrows choose one/ }).last()
await row.focus()
await page.keyboard.press('ArrowRight')
await page.keyboard.press('ArrowRight')
await page.getByText(/^picture \w{6} of .*: Waiting/i).first().waitFor()

// A long log scrolls as a short one does, and is searched at once.
await page.goto(`${url}/mock/log.html?lines=50000`)
const log = page.getByLabel('Lines')
await log.getByText('50000', { exact: true }).waitFor()
await log.evaluate((element) => {
  let step = 0
  const scroll = () => {
    step += 1
    element.scrollTop = (step * 5003) % element.scrollHeight
    requestAnimationFrame(scroll)
  }
  requestAnimationFrame(scroll)
})
const scrolled = await frames(SECONDS)
const logFigure = `${scrolled.rate.toFixed(1)} fps, worst frame ${scrolled.worst.toFixed(0)} ms, ${scrolled.elements} elements`
assert.ok(scrolled.rate >= FRAMES_PER_SECOND_MIN && scrolled.worst <= FRAME_MAX_MS, logFigure)
await page.goto(`${url}/mock/log.html?lines=50000`)
const field = page.getByLabel('Search the log')
await field.fill('erro')
const begun = await page.evaluate(() => performance.now())
await field.press('r')
await page.getByText('1 of 51').waitFor()
const sought = (await page.evaluate(() => performance.now())) - begun
assert.ok(sought <= 200, `${sought} ms`)
told([36], 'a log of fifty thousand lines, scrolled at every frame and searched', `${logFigure}; found after ${sought.toFixed(0)} ms`)

await close()
await stop()
