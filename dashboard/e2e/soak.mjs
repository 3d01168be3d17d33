// The queue page left open while the farm works: what it holds in memory after each minute. `node e2e/soak.mjs 60` is an hour.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browser } from './browser.mjs'
import { film } from './farm/film.mjs'
import { startFarm } from './farm/start.mjs'
import { uploaded } from './farm/upload.mjs'
import { noted } from './notes.mjs'

const HEAP_GROWTH_MAX = 20e6
const BEAT_MS = 2000
const MINUTE_MS = 60_000
/** The page has loaded all it ever loads by then. */
const WARM_MINUTES = 2

const minutes = Number(process.argv[2] ?? 60)
const folder = mkdtempSync(join(tmpdir(), 'reelfarm-soak-'))
const farm = await startFarm()
const { page, faults, close } = await browser({ login: farm.login })
try {
  const me = await farm.api('/api/me')
  await farm.api(`/api/users/${me.id}`, 'PATCH', { limits: { active_exports: 100, exports_per_hour: 100_000 } })
  const video = await uploaded(farm, film(folder).path)
  const order = (more) =>
    farm.api(`/api/videos/${video}/export`, 'POST', { format: 'mp4', quality: 'low', export_type: 'single', reuse_parts: false, ...more })
  // One that is paused keeps its cells; short ones come and go beside it.
  const held = await order({ resolution: '4k', format: 'webm' })
  await farm.api(`/api/queue/exports/${held.id}/pause`, 'POST', {})
  await page.goto(`${farm.url}/ops/queue`)
  await page.getByRole('grid', { name: 'Tasks by node' }).waitFor()

  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  const measured = async () => {
    await cdp.send('HeapProfiler.collectGarbage')
    const { metrics } = await cdp.send('Performance.getMetrics')
    const of = (name) => metrics.find((metric) => metric.name === name).value
    return { heap: of('JSHeapUsedSize'), nodes: of('Nodes'), listeners: of('JSEventListeners'), documents: of('Documents') }
  }

  const begun = performance.now()
  const kept = []
  for (let beat = 1; performance.now() - begun < minutes * MINUTE_MS; beat += 1) {
    await farm.api(`/api/queue/exports/${held.id}/priority`, 'POST', { priority: beat % 100 })
    if (beat % 30 === 0) await order({ resolution: '720p', segments: [{ start: (beat / 30) % 25, end: ((beat / 30) % 25) + 2 }] })
    if (beat % 15 === 5) await page.locator('[data-cell]').first().click({ timeout: BEAT_MS }).catch(() => undefined)
    if (beat % 15 === 10) await page.getByRole('button', { name: 'Close the task' }).click({ timeout: BEAT_MS }).catch(() => undefined)
    if (beat % 60 === 40) await page.getByRole('tab', { name: 'Table' }).click()
    if (beat % 60 === 50) await page.getByRole('tab', { name: 'Grid' }).click()
    if ((performance.now() - begun) / MINUTE_MS > kept.length) {
      const now = await measured()
      kept.push(now)
      console.log(`minute ${kept.length - 1}: ${(now.heap / 1e6).toFixed(1)} MB, ${now.nodes} nodes, ${now.listeners} listeners, ${now.documents} documents`)
    }
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begun + beat * BEAT_MS - performance.now())))
  }
  const [first, last] = [kept[Math.min(WARM_MINUTES, kept.length - 1)], await measured()]
  const growth = last.heap - first.heap
  const change = (name) => `${first[name]} → ${last[name]} ${name}`
  const figure = `${minutes} min: ${(first.heap / 1e6).toFixed(1)} → ${(last.heap / 1e6).toFixed(1)} MB, ${change('nodes')}, ${change('listeners')}`
  assert.ok(growth < HEAP_GROWTH_MAX, figure)
  assert.deepEqual(faults, [], 'the console is empty')
  noted([40], 'the queue page left open while the farm works', figure)
  console.log(`ok  ${figure}`)
} finally {
  await close()
  await farm.stop()
  rmSync(folder, { recursive: true, force: true })
}
