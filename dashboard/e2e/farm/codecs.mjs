// Short films in every codec that people bring, in the editor: of each either a moving picture is seen or the sentence that there is
// none, and never a black player. They are drawn here; what is judged is the screen itself.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { shot } from './steps.mjs'
import { uploaded } from './upload.mjs'

const SECONDS = 5
const AAC = ['-c:a', 'aac']
const FILMS = [
  { kind: 'H.264 and AAC in MP4', file: 'avc.mp4', codec: 'h264', options: ['-c:v', 'libx264', '-preset', 'ultrafast', ...AAC] },
  { kind: 'VP9 and Opus in WebM', file: 'vp9.webm', codec: 'vp9', options: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-c:a', 'libopus'] },
  { kind: 'HEVC and AAC in MP4', file: 'hevc.mp4', codec: 'hevc', options: ['-c:v', 'libx265', '-preset', 'ultrafast', '-x265-params', 'log-level=error', '-tag:v', 'hvc1', ...AAC] },
  { kind: 'ProRes and PCM in MOV', file: 'prores.mov', codec: 'prores', options: ['-c:v', 'prores_ks', '-profile:v', '3', '-pix_fmt', 'yuv422p10le', '-c:a', 'pcm_s16le'] },
  { kind: 'AV1 and AAC in MP4', file: 'av1.mp4', codec: 'av1', options: ['-c:v', 'libsvtav1', '-preset', '12', ...AAC] },
]
const SENTENCE = /This browser cannot show the preview|preview could not be made/

function drawn(folder, { file, codec, options }) {
  const path = join(folder, file)
  const inputs = ['-f', 'lavfi', '-i', `testsrc2=size=320x180:rate=25:duration=${SECONDS}`, '-f', 'lavfi', '-i', `sine=duration=${SECONDS}`]
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, '-pix_fmt', 'yuv420p', ...options, path], { env: { ...process.env, SVT_LOG: '0' }, stdio: ['ignore', 'ignore', 'inherit'] })
  const probe = ['-v', 'error', '-select_streams', 'v', '-show_entries', 'stream=codec_name', '-of', 'csv=p=0', path]
  assert.equal(execFileSync('ffprobe', probe).toString().trim(), codec)
  return path
}

/** The picture on the screen as samples, small: what a person sees of the player. */
async function seen(page) {
  const picture = (await page.locator('video').screenshot()).toString('base64')
  return page.evaluate(async (encoded) => {
    const image = new Image()
    image.src = `data:image/png;base64,${encoded}`
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), { width: 64, height: 36 })
    const context = canvas.getContext('2d')
    context.drawImage(image, 0, 0, 64, 36)
    return [...context.getImageData(0, 0, 64, 36).data].filter((_, index) => index % 4 !== 3)
  }, picture)
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length

/** Plays it and looks twice: how bright the picture is, and how much of it changed. */
async function moving(page) {
  const video = page.locator('video')
  const played = (to) => page.waitForFunction((time) => document.querySelector('video').currentTime > time, to)
  await video.evaluate((one) => Object.assign(one, { muted: true }))
  await page.getByRole('button', { name: 'Play', exact: true }).click()
  await played(0.2)
  const first = await seen(page)
  const at = await video.evaluate(({ currentTime }) => currentTime)
  await played(Math.min(SECONDS - 0.3, at + 0.4))
  const second = await seen(page)
  const changed = first.map((value, index) => Math.abs(value - second[index]))
  return { bright: mean(second), changed: mean(changed) }
}

export async function codecs({ page, step, farm, folder }) {
  // All at once: while one is looked at, the previews of the others are made.
  const videos = await Promise.all(FILMS.map((film) => uploaded(farm, drawn(folder, film))))
  for (const [index, film] of FILMS.entries()) {
    await step(`${film.kind}: a moving picture, or the sentence that there is none`, async () => {
      const video = videos[index]
      assert.equal((await farm.api(`/api/videos/${video}`)).video_codec, film.codec)
      await page.goto(`${farm.url}/videos/${video}`)
      const sentence = page.getByText(SENTENCE)
      await page.locator('video').or(sentence).first().waitFor({ timeout: 240_000 })
      await page.waitForFunction(() => !document.querySelector('video') || document.querySelector('video').readyState >= 2)
      if (await sentence.isVisible()) return await sentence.textContent()
      const { bright, changed } = await moving(page)
      await shot(page, `codec-${film.codec}`)
      assert.ok(bright > 20 && changed > 2, `brightness ${bright.toFixed(1)}, change ${changed.toFixed(1)}`)
      return `moves: brightness ${bright.toFixed(0)} of 255, change ${changed.toFixed(1)} between two looks`
    }, 29)
  }
}
