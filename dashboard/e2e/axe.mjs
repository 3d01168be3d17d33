// Holds every page against axe (WCAG 2.2 AA) in both themes, and against an empty console. Nothing may lie over a dialog.
import { AxeBuilder } from '@axe-core/playwright'
import { browser, site } from './browser.mjs'
import { noted } from './notes.mjs'
import { PAGES, open } from './pages.mjs'

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
/** The browser itself notes these: an answer the mock farm gives on purpose. */
const MEANT = /status of (401|404|409|503)/

const wanted = process.argv.slice(2)
const pages = PAGES.filter(({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
const { url, stop } = await site()
const findings = []

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

async function held(theme) {
  const { context, faults, watch, close } = await browser({ theme })
  for (const place of pages) {
    const page = watch(await context.newPage())
    faults.length = 0
    const say = (what) => findings.push(`${place.name} (${theme}): ${what}`)
    try {
      await open(page, url, place)
      const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze()
      for (const { id, nodes } of violations) {
        for (const node of nodes) say(`${id}: ${node.target.join(' ')}\n      ${node.failureSummary?.split('\n').slice(1, 3).join(' ')}`)
      }
      for (const control of await page.evaluate(covered)) say(`something lies over ${control}`)
      for (const fault of faults.filter((text) => !MEANT.test(text))) say(fault)
    } catch (cause) {
      say(cause.message)
    }
    await page.evaluate(() => localStorage.clear())
    await page.close()
  }
  await close()
}

// Each in a browser of its own, side by side.
await Promise.all(['dark', 'light'].map(held))
await stop()
for (const finding of findings) console.error(finding)
const figure = `${pages.length} pages and states in two themes: ${findings.length} findings`
if (findings.length === 0) noted([4, 6, 40], 'axe, console and what lies over dialogs', figure)
console.log(figure)
process.exit(findings.length > 0 ? 1 : 0)
