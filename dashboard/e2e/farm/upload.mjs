// A file brought to the farm by the API, where no page is tried; its id once it is ready.
import { openAsBlob, statSync } from 'node:fs'
import { basename } from 'node:path'

const LOOK_EVERY_MS = 300

export async function uploaded(farm, path) {
  const body = { filename: basename(path), size_bytes: statSync(path).size, content_type: 'video/mp4' }
  const { video, upload } = await farm.api('/api/videos', 'POST', body)
  const file = await openAsBlob(path)
  const parts = []
  for (const { number, url } of upload.parts) {
    const start = (number - 1) * upload.part_size_bytes
    const answer = await fetch(url, { method: 'PUT', body: file.slice(start, start + upload.part_size_bytes) })
    if (!answer.ok) throw new Error(`part ${number}: ${answer.status}`)
    parts.push({ number, etag: answer.headers.get('etag') })
  }
  await farm.api(`/api/videos/${video.id}/complete`, 'POST', { upload_id: upload.upload_id, parts })
  for (;;) {
    const { status, error_message: why } = await farm.api(`/api/videos/${video.id}`)
    if (status === 'ready') return video.id
    if (status === 'failed') throw new Error(why)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
