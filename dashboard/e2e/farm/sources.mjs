// Videos as cameras and browsers make them, in the editor: each is seen, whatever this browser can play. Needs REELFARM_MEDIA.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { uploaded } from './upload.mjs'

const FILES = [
  ['H.264', 'flower_540p29.97_h264_aac.mp4'],
  ['VP9', 'mediarecorder_vp9_opus_noduration.webm'],
  ['HEVC, 10 bits, HLG, turned', 'iphone_hevc10_hlg_dovi_rot90_editlist.mp4'],
  ['AV1, 10 bits, HDR, upright', 'hdr10_av1_10bit_portrait.mp4'],
]

export async function sources({ page, step, farm }) {
  const folder = process.env.REELFARM_MEDIA
  if (!folder) throw new Error('name a folder of real files by REELFARM_MEDIA')
  for (const [kind, name] of FILES) {
    await step(`${kind} is seen in the editor`, async () => {
      const video = await uploaded(farm, join(folder, name))
      await page.goto(`${farm.url}/videos/${video}`)
      await page.locator('video').waitFor({ timeout: 240_000 })
      await page.waitForFunction(() => document.querySelector('video')?.videoWidth > 0)
      const { width, height, moved } = await page.locator('video').evaluate(async (one) => {
        one.muted = true
        await one.play()
        const begun = performance.now()
        while (one.currentTime < 0.2 && performance.now() - begun < 5000) await new Promise(requestAnimationFrame)
        one.pause()
        return { width: one.videoWidth, height: one.videoHeight, moved: one.currentTime }
      })
      assert.ok(moved >= 0.1, `played to ${moved} s`)
      return `${width} × ${height}, plays`
    }, 29)
  }
}
