// Several videos exported by one request on the real farm; one of them is gone when it arrives, and the others are made.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { shot } from './steps.mjs'
import { uploaded } from './upload.mjs'

const NAMES = ['First.mp4', 'Second.mp4', 'Third.mp4']

/** Films of a second, no two of the same bytes. */
function draw(path, rate) {
  const picture = `testsrc2=size=320x180:rate=${rate}:duration=1`
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', picture, '-c:v', 'libx264', '-preset', 'ultrafast', path])
  return path
}

export async function bulk({ page, farm }) {
  const films = NAMES.map((name, index) => draw(join(farm.folder, name), 24 + index))
  const ids = await Promise.all(films.map((path) => uploaded(farm, path)))
  const sent = []
  const note = (request) => {
    const { pathname } = new URL(request.url())
    if (request.method() === 'POST' && /\/exports?$/.test(pathname)) sent.push([pathname, request.postDataJSON().orders?.length])
  }
  page.on('request', note)
  await page.goto(`${farm.url}/videos`)
  for (const name of NAMES) await page.getByRole('checkbox', { name: `Choose ${name}` }).click()
  await page.getByRole('button', { name: 'Export…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Export 3 videos' })
  await dialog.getByText('3 videos → 3 files').waitFor()
  await dialog.getByText('Size', { exact: true }).waitFor()
  await farm.api(`/api/videos/${ids[1]}`, 'DELETE')
  await dialog.getByRole('button', { name: 'Start 3 exports' }).click()
  await dialog.getByText('2 of 3 exports queued, 1 refused.').waitFor()
  const line = dialog.getByRole('listitem').filter({ hasText: NAMES[1] })
  await line.getByText('There is no such video.').waitFor()
  await shot(page, 'bulk')
  const answered = page.waitForResponse((answer) => answer.url().endsWith('/api/exports') && answer.status() === 207)
  await dialog.getByRole('button', { name: 'Retry failed' }).click()
  await answered
  assert.deepEqual(sent, [['/api/exports', 3], ['/api/exports', 1]])
  page.off('request', note)
  const made = await Promise.all([ids[0], ids[2]].map(async (id) => (await farm.api(`/api/videos/${id}/exports`)).exports))
  assert.deepEqual(made.map((exports) => exports.length), [1, 1])
  await Promise.all(made.flat().map(({ id }) => over(farm, id)))
  // Whatever comes after finds the videos that it knows; a page that shows these would ask for them once more.
  await page.goto(`${farm.url}/usage`)
  for (const id of [ids[0], ids[2]]) await farm.api(`/api/videos/${id}`, 'DELETE')
  return 'one request: 2 of 3 exports made, the video that was gone refused by name'
}

async function over(farm, id) {
  for (;;) {
    const { status } = await farm.api(`/api/exports/${id}`)
    if (status === 'completed') return
    assert.ok(status === 'pending' || status === 'processing', status)
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
}
