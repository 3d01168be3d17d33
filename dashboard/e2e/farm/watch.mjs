// An export on the screen, from its order to its end: what its bar and its stages said on the way.
import assert from 'node:assert/strict'

/** Notes every value of the bar and every stage from now on, as they are drawn. */
export async function recorded(page) {
  await page.evaluate(() => {
    const seen = { values: [], stages: [], live: false, early: undefined, loads: performance.getEntriesByType('navigation').length }
    window.seenOnScreen = seen
    const last = (list, value) => value !== null && value !== undefined && list.at(-1) !== value && list.push(value)
    const look = () => {
      const bar = document.querySelector('[role=progressbar][aria-label="Export progress"]')
      if (bar) last(seen.values, bar.getAttribute('aria-valuenow'))
      const card = document.querySelector('[aria-label="Progress"]')?.textContent ?? ''
      if (bar?.getAttribute('aria-valuenow') === '100' && !card.includes('Completed')) seen.early = card
      last(seen.stages, document.querySelector('[aria-current="step"]')?.textContent)
      if (document.querySelector('[aria-label="Progress"]')?.textContent.includes('live')) seen.live = true
    }
    look()
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true })
  })
}

/** Holds what was noted: upward only, never 100 before the end, news by the stream where there is one, stages in their order. */
export async function heldToItsWord(page, isLive = true) {
  const { values, stages, live, early } = await page.evaluate(() => window.seenOnScreen)
  const numbers = values.map(Number)
  assert.ok(numbers.length >= 3, `the bar moved ${numbers.length} times`)
  assert.deepEqual(numbers, [...numbers].sort((a, b) => a - b), 'the bar never goes back')
  if (isLive) assert.ok(live, 'the news came by the stream')
  assert.equal(early, undefined, '100 % before it is complete')
  const order = ['Queued', 'Downloading', 'Processing', 'Uploading', 'Complete']
  const places = stages.map((stage) => order.findIndex((name) => stage.includes(name)))
  assert.deepEqual(places, [...places].sort((a, b) => a - b), `stages in their order: ${stages.join(', ')}`)
  assert.ok(stages.some((stage) => stage.includes('Processing')), `${stages.join(', ')}`)
  return `${numbers.length} values from ${numbers[0]} to ${numbers.at(-1)}, ${stages.map((stage) => stage.trim()).join(' → ')}`
}

/** The video of the page plays and seeks; its size is what was asked for. */
export async function plays(page, width, at) {
  await page.waitForFunction((wanted) => document.querySelector('video')?.videoWidth === wanted, width)
  await page.locator('video').evaluate(async (video, place) => {
    video.muted = true
    await video.play()
    await new Promise((resolve) => {
      const look = () => (video.currentTime > 0.3 ? resolve() : requestAnimationFrame(look))
      look()
    })
    video.pause()
    const sought = new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
    video.currentTime = place
    await sought
  }, at)
}
