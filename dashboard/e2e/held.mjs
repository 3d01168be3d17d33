// Holds every page and state against axe (WCAG 2.2 AA) in both themes and against an empty console. Nothing may lie over a dialog,
// nothing may hang out at 320 pixels or at 200 % zoom, nothing may jump while it loads, nothing move where people want no motion, and
// every page is left without a fault.
import { AxeBuilder } from '@axe-core/playwright'
import { browser, site, watch } from './browser.mjs'
import { noted } from './notes.mjs'
import { PAGES, drawnAnew, open } from './pages.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** What depends on colours. The rest of a page is the same in the light theme, and is held once, in the dark one. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']
/**
 * The browser itself notes these, whatever a page does with the answer: the mock farm has no streams, one preview is not ready, and
 * an order and a password are refused. */
const MEANT = /status of (503 .* \/api\/(events|exports\/[^/]+\/progress)|409 .*\/preview|400 .*\/export|401 .*\/auth\/login)$/
/** And where it plays a farm that is broken, everything is. */
const BROKEN = /status of 500 .* \/api\/|ApiError: Something went wrong on our side/
/** The first is also what 400 % zoom leaves of a desk's screen, the second what 200 % does. */
const NARROW = [{ width: 320, height: 700 }, { width: 720, height: 450 }]
const SHIFT_MAX = 0.05
/** Pages at once: most of a page's time is waiting. */
const AT_ONCE = 3

const wanted = process.argv.slice(2)
const pages = PAGES.filter(({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
const { url, stop } = await site()
const findings = []
let worstShift = 0

/** Whether the middle of each control of an open dialog is that control, and not something drawn above it. */
const covered = () => {
  const dialog = [...document.querySelectorAll('[role=dialog]')].at(-1)
  if (!dialog) return []
  const inside = dialog.getBoundingClientRect()
  return [...dialog.querySelectorAll('button, input:not([aria-hidden]), [role=radio]')]
    .map((control) => ({ control, box: control.getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && box.top >= inside.top && box.bottom <= inside.bottom)
    .filter(({ box }) => {
      const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
      return top !== null && !dialog.contains(top)
    })
    .map(({ control }) => control.outerHTML.slice(0, 120))
}

/** How wide the page is, and the first thing that hangs out of the window. */
const outside = () => {
  const width = document.documentElement.clientWidth
  const out = [...document.querySelectorAll('main *')].find((one) => one.getBoundingClientRect().right > width + 1)
  return { wide: document.documentElement.scrollWidth - width, out: out?.outerHTML.slice(0, 120) }
}

/** In the page, before anything else: how far things move that nobody touched. */
const watchShifts = () => {
  window.shifted = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
}

/** What moves although nobody wants motion. */
const moving = () =>
  document
    .getAnimations()
    .filter((one) => one.playState === 'running' && one.effect?.getComputedTiming().duration > 1)
    .map((one) => one.effect?.target?.outerHTML.slice(0, 120))

/** What axe finds, in lines. It stays in the page: there are no frames, for which it would open another each time. */
async function found(page, over, narrowed) {
  const axe = narrowed(new AxeBuilder({ page }).setLegacyMode(true))
  const { violations } = await (over ? axe.include(over) : axe).analyze()
  return violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.target.join(' ')}\n      ${node.failureSummary?.split('\n').slice(1, 3).join(' ')}`),
  )
}

/** Leaves the page by the way home, whatever lies over it: what cannot tidy up after itself says so. Sign-in has no way home. */
async function leave(page) {
  const hasWay = await page.evaluate(() => {
    const home = document.querySelector('a[href="/"]')
    home?.click()
    return home !== null
  })
  if (!hasWay) return
  const isOver = () => document.querySelector('h1')?.textContent === 'Home' || document.querySelector('[role=alertdialog], [role=alert]')
  await page.waitForFunction(isOver)
  // What is tidied up, is so after the next page is painted.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 50))))
}

async function held(page, place, say) {
  const faults = []
  watch(page, faults)
  await open(page, url, place)
  const shifted = await page.evaluate(() => window.shifted)
  if (shifted > SHIFT_MAX && !place.moves) say(`it jumped by ${shifted.toFixed(3)} while it was loaded`)
  if (!place.moves) worstShift = Math.max(worstShift, shifted)
  for (const one of await page.evaluate(moving)) say(`it moves: ${one}`)
  for (const control of await page.evaluate(covered)) say(`something lies over ${control}`)
  for (const fault of await found(page, place.over, (axe) => axe.withTags(TAGS))) say(fault)
  await page.evaluate(() => document.documentElement.classList.remove('dark'))
  await drawnAnew(page)
  for (const fault of await found(page, place.over, (axe) => axe.withRules(OF_COLOURS))) say(`light: ${fault}`)
  for (const size of NARROW) {
    await page.setViewportSize(size)
    const { wide, out } = await page.evaluate(outside)
    if (wide > 0) say(`${wide} pixels too wide at ${size.width}: ${out}`)
  }
  await leave(page)
  const isMeant = (fault) => MEANT.test(fault) || (place.path.includes('farm=broken') && BROKEN.test(fault))
  for (const fault of faults.filter((text) => !isMeant(text))) say(fault)
}

const { context, sent, close } = await browser()
await context.addInitScript(watchShifts)
const left = [...pages]
const work = async () => {
  for (let place = left.shift(); place; place = left.shift()) {
    const page = await context.newPage()
    const say = (what) => findings.push(`${place.name}: ${what}`)
    await held(page, place, say).catch((cause) => say(cause.message))
    await page.close()
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, work))
await close()
for (const address of sent.elsewhere) findings.push(`asked elsewhere: ${address}`)
await stop()
for (const finding of findings) console.error(finding)
const figure = `${pages.length} pages and states in two themes: ${findings.length} findings`
if (findings.length === 0 && wanted.length === 0) {
  noted([6, 40], 'axe, what lies over dialogs, what hangs out at 320 pixels and at 200 %, motion', figure)
  noted([4], 'console and origins on the mock farm', `${sent.count} requests, none elsewhere; ${figure}`)
  noted([22], 'how far pages jump while they are loaded', `at most ${worstShift.toFixed(3)}`)
}
console.log(`${figure}; jumps at most ${worstShift.toFixed(3)}; ${sent.count} requests`)
process.exit(findings.length > 0 ? 1 : 0)
