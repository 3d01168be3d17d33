// Tells what is tried, how long it took, and what was on the screen when it went wrong.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { dashboard } from '../browser.mjs'
import { noted } from '../notes.mjs'

export const pictures = join(dashboard, 'screenshots')
mkdirSync(pictures, { recursive: true })

/**
 * Steps in one page; `faults` is what the console said. A figure that is returned as text is shown beside the step, and noted
 * for the points of the checklist that the step settles.
 */
export function steps(page, faults) {
  return async (name, work, ...points) => {
    const begun = performance.now()
    try {
      const figure = await work()
      const seconds = ((performance.now() - begun) / 1000).toFixed(1)
      noted(points, name, figure)
      console.log(`ok  ${name}${typeof figure === 'string' ? `: ${figure}` : ''} (${seconds} s)`)
    } catch (cause) {
      await page.screenshot({ path: join(pictures, 'farm-failed.png') })
      if (faults.length > 0) console.error(faults.join('\n'))
      throw new Error(name, { cause })
    }
  }
}

/** A picture of the page for people to look at. */
export const shot = (page, name) => page.screenshot({ path: join(pictures, `farm-${name}.png`) })

/** What a slider or a field says, as seconds. */
export function seconds(timecode) {
  return timecode.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
}
