// The whole way on a farm that runs: sign in by link, upload, cut, export, watch, download. The file is judged by ffprobe.
// REELFARM_LOGIN is the `login_url` that `reelfarm up --json` prints; nothing of the farm is played here.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { browser, dashboard } from './browser.mjs'

const login = process.env.REELFARM_LOGIN
if (!login) throw new Error('REELFARM_LOGIN is the login_url of a farm that runs')

const folder = mkdtempSync(join(tmpdir(), 'reelfarm-farm-'))
const film = join(folder, 'a film of twelve seconds.mp4')
const picture = 'testsrc2=size=640x360:rate=25:duration=12'
const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', 'sine=frequency=330:duration=12:sample_rate=48000']
execFileSync('ffmpeg', ['-v', 'error', ...inputs, '-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-shortest', film])

const { page, faults, close } = await browser({ login })
const shots = join(dashboard, 'screenshots')
mkdirSync(shots, { recursive: true })
const step = async (name, work) => {
  const begun = performance.now()
  try {
    const result = await work()
    console.log(`ok  ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`)
    return result
  } catch (cause) {
    await page.screenshot({ path: join(shots, 'farm-failed.png') })
    console.error(faults.join('\n'))
    throw new Error(name, { cause })
  }
}

await step('the link signs in and opens the dashboard', async () => {
  await page.getByRole('heading', { name: 'Home' }).waitFor()
})
await step('a file is uploaded and becomes ready', async () => {
  await page.getByRole('link', { name: 'Videos' }).first().click()
  await page.getByRole('heading', { name: 'Videos' }).waitFor()
  await page.getByLabel('Videos to upload').first().setInputFiles(film)
  await page.getByText('Uploaded').waitFor()
  await page.getByRole('button', { name: /^Quick export of a film/ }).waitFor({ timeout: 60_000 })
})
await step('the editor has picture, thumbnails and waveform', async () => {
  await page.getByRole('link', { name: 'a film of twelve seconds.mp4' }).first().click()
  await page.getByRole('slider', { name: 'Playhead' }).waitFor()
  await page.locator('video').waitFor({ timeout: 90_000 })
  await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0)
  await page.locator('section canvas').waitFor()
  await page.screenshot({ path: join(shots, 'farm-editor.png') })
})
await step('two segments are cut to the frame', async () => {
  for (const [number, edge, time] of [[1, 'Start', '2'], [1, 'End', '4']]) {
    const field = page.getByLabel(`${edge} of segment ${number}`).first()
    await field.fill(time)
    await field.press('Enter')
  }
  await page.getByRole('slider', { name: 'Playhead' }).focus()
  await page.keyboard.press('n')
  for (const [edge, time] of [['End', '9.2'], ['Start', '8']]) {
    const field = page.getByLabel(`${edge} of segment 2`).first()
    await field.fill(time)
    await field.press('Enter')
  }
})
await step('they are exported, and the progress is live', async () => {
  await page.getByRole('button', { name: 'Export', exact: true }).click()
  await page.getByText('2 segments → 1 file').waitFor()
  await page.getByRole('radio', { name: /720p/ }).click()
  await page.screenshot({ path: join(shots, 'farm-modal.png') })
  await page.getByRole('button', { name: 'Start export' }).click()
  await page.getByRole('button', { name: 'View' }).click()
  await page.waitForURL(/\/exports\/[0-9a-f-]{36}$/)
})
await step('it completes and plays here', async () => {
  await page.getByText('SHA-256').waitFor({ timeout: 120_000 })
  await page.waitForFunction(() => document.querySelector('video')?.videoWidth === 1280)
  await page.locator('video').evaluate((video) => {
    video.currentTime = 3
    return new Promise((resolve) => video.addEventListener('seeked', resolve, { once: true }))
  })
  await page.screenshot({ path: join(shots, 'farm-export.png') })
})
await step('the download is the file, to the byte and to the frame', async () => {
  const arriving = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download', exact: true }).click()
  const download = await arriving
  const saved = join(folder, download.suggestedFilename())
  await download.saveAs(saved)
  const hash = createHash('sha256').update(readFileSync(saved)).digest('hex')
  await page.getByText(`${hash.slice(0, 16)}…`).waitFor()
  const probe = ['-v', 'error', '-select_streams', 'v:0', '-count_frames', '-show_entries', 'stream=nb_read_frames', '-of', 'csv=p=0', saved]
  // Two seconds and one and a fifth, at 25 frames a second.
  assert.equal(execFileSync('ffprobe', probe).toString().trim().replace(',', ''), '80')
})
await step('the farm’s pages show it', async () => {
  await page.getByRole('link', { name: 'Nodes' }).first().click()
  await page.getByRole('table', { name: 'Nodes' }).waitFor()
  await page.screenshot({ path: join(shots, 'farm-nodes.png') })
})
await close()
const unmeant = faults.filter((fault) => !/status of (401|404|409|503)/.test(fault))
assert.deepEqual(unmeant, [], 'the console is empty')
console.log('the whole way')
