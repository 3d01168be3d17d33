// Takes a picture of every page in both themes into `screenshots/`, for people to look at.
// `node e2e/screenshots.mjs editor exports` takes only those whose names begin so.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { browser, dashboard, site } from './browser.mjs'
import { PAGES, open } from './pages.mjs'

const wanted = process.argv.slice(2)
const pages = PAGES.filter(({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)))
const folder = join(dashboard, 'screenshots')
mkdirSync(folder, { recursive: true })

const { url, stop } = await site()
let failed = 0
for (const view of [
  { theme: 'dark', width: 1440, height: 900 },
  { theme: 'light', width: 1440, height: 900 },
  { theme: 'light', width: 390, height: 844, name: 'small' },
]) {
  const { context, close } = await browser(view)
  for (const place of pages) {
    const page = await context.newPage()
    const file = `${place.name}.${view.name ?? view.theme}.png`
    try {
      await open(page, url, place)
      await page.screenshot({ path: join(folder, file) })
    } catch (cause) {
      failed += 1
      console.error(`${file}: ${cause.message}`)
      await page.screenshot({ path: join(folder, file) })
    }
    // What a page left behind is not the next one's.
    await page.evaluate(() => localStorage.clear())
    await page.close()
  }
  await close()
}
await stop()
process.exit(failed > 0 ? 1 : 0)
