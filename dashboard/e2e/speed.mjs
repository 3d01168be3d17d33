// How fast it is, on a machine that has nothing else to do: ten thousand cells of which two hundred change in every frame, the first page from nothing, how much it jumps.
import assert from 'node:assert/strict'
import { browser, site } from './browser.mjs'
import { noted } from './notes.mjs'
import { PAGES, open } from './pages.mjs'

const SECONDS = 6
const FRAMES_PER_SECOND_MIN = 55
const FRAME_MAX_MS = 50
const LCP_MAX_MS = 800
const CLS_MAX = 0.05

const { url, stop } = await site()
const { context, page, close } = await browser()
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
await page.getByText(/^picture \w{6}: Waiting/).first().waitFor()

for (const name of ['exports', 'home']) {
  const fresh = await context.newPage()
  await fresh.addInitScript(() => {
    window.seen = { lcp: 0, cls: 0 }
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.seen.lcp = entry.startTime
    }).observe({ type: 'largest-contentful-paint', buffered: true })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.cls += entry.value
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await open(fresh, url, PAGES.find((place) => place.name === name))
  const { lcp, cls } = await fresh.evaluate(() => window.seen)
  assert.ok(cls <= CLS_MAX, `${name} jumps by ${cls}`)
  assert.ok(lcp <= LCP_MAX_MS, `${name} is painted after ${lcp} ms`)
  told([22], `${name} from nothing`, `painted after ${Math.round(lcp)} ms, moved by ${cls.toFixed(3)}`)
  await fresh.close()
}
await close()
await stop()
