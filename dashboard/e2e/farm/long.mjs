// A video of two hours in the editor: how soon its thumbnails and its waveform are there, and how little of it is fetched for them.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { uploaded } from './upload.mjs'

const HOURS = 2
const READY_MAX_MS = 2000
const RATE = 2

/** Drawn for a minute, and then the same again until it is long. */
function longFilm(folder) {
  const [minute, whole] = ['a minute.mp4', 'two hours.mp4'].map((name) => join(folder, name))
  const inputs = ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=${RATE}:duration=60`, '-f', 'lavfi', '-i', 'sine=frequency=220:duration=60:sample_rate=16000']
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '20', '-bf', '0', '-c:a', 'aac', '-b:a', '24k', '-shortest']
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...codecs, minute])
  execFileSync('ffmpeg', ['-v', 'error', '-stream_loop', String(HOURS * 60 - 1), '-i', minute, '-c', 'copy', whole])
  return whole
}

export async function long({ page, step, farm, downloads }) {
  const video = await uploaded(farm, longFilm(downloads))
  for (;;) {
    const answer = await fetch(`${farm.url}/api/videos/${video}/preview`, { headers: { Authorization: `Bearer ${farm.token}` } })
    if (answer.ok) break
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
  const { proxy_url: proxy } = await farm.api(`/api/videos/${video}/preview`)
  const proxyBytes = Number((await fetch(new URL(proxy, farm.url), { headers: { Range: 'bytes=0-0' } })).headers.get('content-range').split('/')[1])
  await step('a video of two hours: thumbnails and waveform', async () => {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Network.enable')
    const requests = new Map()
    cdp.on('Network.requestWillBeSent', ({ requestId, request }) => requests.set(requestId, { url: request.url, bytes: 0 }))
    cdp.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
      const one = requests.get(requestId)
      if (one) one.bytes += encodedDataLength
    })
    const begun = performance.now()
    await page.goto(`${farm.url}/videos/${video}`)
    await page.waitForFunction(() => {
      const tile = document.querySelector('[aria-hidden] > div[style*="background-image"]')
      const wave = document.querySelector('section canvas')
      if (!tile || !wave || wave.width === 0) return false
      const { data } = wave.getContext('2d').getImageData(0, 0, wave.width, wave.height)
      return data.some((value) => value > 0)
    })
    const took = performance.now() - begun
    await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0)
    const fetched = [...requests.values()]
    const most = fetched.filter(({ url }) => url.includes('proxy') || url === new URL(proxy, farm.url).href).reduce((sum, { bytes }) => sum + bytes, 0)
    const all = fetched.reduce((sum, { bytes }) => sum + bytes, 0)
    const figure = `after ${took.toFixed(0)} ms; ${(all / 1e6).toFixed(1)} MB in all, ${(most / 1e6).toFixed(1)} of the preview's ${(proxyBytes / 1e6).toFixed(1)} MB`
    assert.ok(took <= READY_MAX_MS && most < proxyBytes * 0.9, figure)
    await cdp.detach()
    return figure
  }, 32)
  await step('it is zoomed to single frames', async () => {
    for (let count = 0; count < 24; count += 1) await page.getByRole('button', { name: 'Zoom in' }).click()
    assert.equal(await page.getByLabel('Zoom', { exact: true }).inputValue(), '100')
    await page.getByRole('slider', { name: 'Playhead' }).focus()
    await page.keyboard.press('End')
    const time = () => page.getByLabel('Time of the frame shown').textContent()
    const last = await time()
    await page.keyboard.press('ArrowLeft')
    assert.notEqual(await time(), last)
    const tiles = await page.locator('[aria-hidden] > div[style*="background-image"]').count()
    assert.ok(tiles > 0 && tiles < 60, `${tiles} thumbnails`)
    return `${last.split(' ')[0]} is the last frame, ${tiles} thumbnails in the page`
  }, 32)
}
