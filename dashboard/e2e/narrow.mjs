// Every page at 320 pixels, which is also what 400 % zoom leaves of a desk's screen: nothing may hang out of it sideways.
import { browser, site } from './browser.mjs'
import { noted } from './notes.mjs'
import { PAGES, open } from './pages.mjs'

const WIDTH = 320

const { url, stop } = await site()
const { context, close } = await browser({ theme: 'light', width: WIDTH, height: 700 })
const findings = []
for (const place of PAGES) {
  const page = await context.newPage()
  try {
    await open(page, url, place)
    const { wide, widest } = await page.evaluate((width) => {
      const wide = document.documentElement.scrollWidth
      const out = [...document.querySelectorAll('main *')].find((one) => one.getBoundingClientRect().right > width + 1)
      return { wide, widest: out?.outerHTML.slice(0, 120) }
    }, WIDTH)
    if (wide > WIDTH) findings.push(`${place.name}: ${wide} pixels wide: ${widest}`)
  } catch (cause) {
    findings.push(`${place.name}: ${cause.message.split('\n')[0]}`)
  }
  await page.evaluate(() => localStorage.clear())
  await page.close()
}
await close()
await stop()
for (const finding of findings) console.error(finding)
const figure = `${PAGES.length} pages and states at ${WIDTH} pixels: ${findings.length} findings`
if (findings.length === 0) noted([40], 'nothing hangs out sideways', figure)
console.log(figure)
process.exit(findings.length > 0 ? 1 : 0)
