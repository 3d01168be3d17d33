// Holds every page and state against axe (WCAG 2.2 AA) in both themes and against an empty console. Nothing may lie over a dialog,
// nothing may hang out at 320 pixels or at 200 % zoom, nothing may jump while it loads, and nothing move where people want no motion.
import { AxeBuilder } from '@axe-core/playwright'
import { browser, site } from './browser.mjs'
import { noted } from './notes.mjs'
import { PAGES, open } from './pages.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** What depends on colours. The rest of a page is the same in the other theme, and is held once. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']
/** The browser itself notes these: an answer the mock farm gives on purpose. */
const MEANT = /status of (401|404|409|503)/
/** The first is also what 400 % zoom leaves of a desk's screen, the second what 200 % does. */
const NARROW = [{ width: 320, height: 700 }, { width: 720, height: 450 }]
const SHIFT_MAX = 0.05
/** Pages at once in each browser: most of a page's time is waiting. */
const AT_ONCE = 2

const wanted = process.argv.slice(2)
const pages = PAGES.filter(({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
const { url, stop } = await site()
const findings = []
let worstShift = 0
let requests = 0

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

async function held(page, place, theme, say) {
  const faults = []
  page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`))
  page.on('pageerror', (error) => faults.push(`page: ${error.message}`))
  await open(page, url, place)
  const shifted = await page.evaluate(() => window.shifted)
  if (shifted > SHIFT_MAX) say(`it jumped by ${shifted.toFixed(3)} while it was loaded`)
  worstShift = Math.max(worstShift, shifted)
  for (const one of await page.evaluate(moving)) say(`it moves: ${one}`)
  const axe = new AxeBuilder({ page })
  const { violations } = await (theme === 'dark' ? axe.withTags(TAGS) : axe.withRules(OF_COLOURS)).analyze()
  for (const { id, nodes } of violations) {
    for (const node of nodes) say(`${id}: ${node.target.join(' ')}\n      ${node.failureSummary?.split('\n').slice(1, 3).join(' ')}`)
  }
  for (const control of await page.evaluate(covered)) say(`something lies over ${control}`)
  for (const size of NARROW) {
    await page.setViewportSize(size)
    const { wide, out } = await page.evaluate(outside)
    if (wide > 0) say(`${wide} pixels too wide at ${size.width}: ${out}`)
  }
  for (const fault of faults.filter((text) => !MEANT.test(text))) say(fault)
}

async function inTheme(theme) {
  const { context, sent, close } = await browser({ theme })
  await context.addInitScript(watchShifts)
  const left = [...pages]
  const work = async () => {
    for (let place = left.shift(); place; place = left.shift()) {
      const page = await context.newPage()
      const say = (what) => findings.push(`${place.name} (${theme}): ${what}`)
      await held(page, place, theme, say).catch((cause) => say(cause.message))
      await page.close()
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await close()
  for (const address of sent.elsewhere) findings.push(`asked elsewhere: ${address}`)
  requests += sent.count
}

await Promise.all(['dark', 'light'].map(inTheme))
await stop()
for (const finding of findings) console.error(finding)
const figure = `${pages.length} pages and states in two themes: ${findings.length} findings`
if (findings.length === 0 && wanted.length === 0) {
  noted([6, 40], 'axe, what lies over dialogs, what hangs out at 320 pixels and at 200 %, motion', figure)
  noted([4], 'console and origins on the mock farm', `${requests} requests, none elsewhere; ${figure}`)
  noted([22], 'how far pages jump while they are loaded', `at most ${worstShift.toFixed(3)}`)
}
console.log(`${figure}; jumps at most ${worstShift.toFixed(3)}; ${requests} requests`)
process.exit(findings.length > 0 ? 1 : 0)
