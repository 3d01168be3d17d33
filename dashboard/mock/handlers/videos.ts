// Videos of the mock farm: uploaded part by part, indexed after a moment, with a preview.
import { HttpResponse, http } from 'msw'
import type { NewVideo, Video } from '../../src/api/gen'
import { notFound, page, refusal } from '../answers'
import { id } from '../clock'
import { exports, me, videos } from '../data'
import { film } from '../film'

const PART_BYTES = 8 * 1024 * 1024
const INDEXING_MS = 1500
const find = (wanted: unknown): Video | undefined => videos.find((video) => video.id === wanted)
let created = 0

/** A peak for every hundredth of a second, as a voice would have them. */
function peaks(seconds: number): number[] {
  return Array.from({ length: Math.round(seconds * 100) }, (_, index) => {
    const slow = Math.abs(Math.sin(index / 97)) * Math.abs(Math.sin(index / 431))
    return Math.round(1000 * slow * (0.55 + 0.45 * Math.abs(Math.sin(index * 12.9898))))
  })
}

export const videoHandlers = [
  http.get('/api/videos', ({ request }) => {
    const url = new URL(request.url)
    const text = url.searchParams.get('search')?.toLowerCase() ?? ''
    const found = videos.filter(({ filename }) => filename.toLowerCase().includes(text))
    if (url.searchParams.get('sort') === 'created_at') found.reverse()
    return HttpResponse.json({ videos: page(found, url), total: found.length })
  }),
  http.post<never, NewVideo>('/api/videos', async ({ request }) => {
    const { filename, size_bytes, content_type = 'video/mp4' } = await request.json()
    created += 1
    const video: Video = {
      id: id(8, created),
      user_id: me.id,
      filename,
      status: 'uploading',
      size_bytes,
      content_type,
      warnings: [],
      created_at: new Date().toISOString(),
    }
    videos.unshift(video)
    const numbers = Array.from({ length: Math.max(1, Math.ceil(size_bytes / PART_BYTES)) }, (_, index) => index + 1)
    const parts = numbers.map((number) => ({ number, url: `/storage/${video.id}/${number}` }))
    return HttpResponse.json(
      { video, upload: { upload_id: `mock-${created}`, part_size_bytes: PART_BYTES, parts } },
      { status: 201 },
    )
  }),
  http.put('/storage/:id/:part', ({ params }) =>
    HttpResponse.text('', { headers: { ETag: `"mock-${String(params.part)}"` } }),
  ),
  http.post('/api/videos/:id/complete', ({ params }) => {
    const video = find(params.id)
    if (!video) return notFound('video')
    video.status = 'indexing'
    setTimeout(() => {
      const facts = { status: 'ready', duration_seconds: 42, width: 1920, height: 1080, frame_rate: 25, video_codec: 'h264' }
      Object.assign(video, facts)
    }, INDEXING_MS)
    return HttpResponse.json(video, { status: 202 })
  }),
  http.get('/api/videos/:id', ({ params }) => {
    const video = find(params.id)
    return video ? HttpResponse.json(video) : notFound('video')
  }),
  http.get('/api/videos/:id/preview', ({ params }) => {
    const video = find(params.id)
    if (!video) return notFound('video')
    if (video.id === id(2, 5)) return refusal(409, 'preview_not_ready', 'The preview is not ready yet.')
    return HttpResponse.json({
      proxy_url: film.url,
      sprite: { url: '/media/sprite.svg', columns: 10, rows: 10, interval: (video.duration_seconds ?? 30) / 100, count: 100, width: 160, height: 90 },
      peaks_url: `/media/peaks/${video.id}`,
      poster_url: video.poster_url ?? '/media/poster-0.svg',
      expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    })
  }),
  http.get('/media/peaks/:id', ({ params }) =>
    HttpResponse.json({ version: 1, peaks_per_second: 100, channels: 1, peaks: peaks(find(params.id)?.duration_seconds ?? 30) }),
  ),
  http.delete('/api/videos/:id', ({ params }) => {
    const video = find(params.id)
    if (!video) return notFound('video')
    const busy = exports.some((made) => made.video_id === video.id && ['pending', 'processing'].includes(made.status))
    if (busy) return refusal(409, 'video_in_use', 'An export of this video is under way; cancel it first.')
    videos.splice(videos.indexOf(video), 1)
    return new HttpResponse(null, { status: 204 })
  }),
]
