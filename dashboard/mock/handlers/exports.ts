// Exports of the mock farm: listed, followed, cancelled, retried, shared. They move on with time.
import { HttpResponse, http } from 'msw'
import type { Export, ExportStatus, NewExport, Progress } from '../../src/api/gen'
import { notFound, page, refusal } from '../answers'
import { id } from '../clock'
import { exports, videos } from '../data'
import { film } from '../film'
import { order } from './orders'

const STATUSES: ExportStatus[] = ['pending', 'processing', 'completed', 'failed', 'cancelled']
/** A mock export takes so long. */
const RENDER_SECONDS = 40
const FRAMES = 364
const begun = Date.now()
const find = (wanted: unknown): Export | undefined => exports.find((made) => made.id === wanted)

/** What is under way moves on: from queued to complete, and then has a file. */
export function advance(made: Export): Export {
  if (made.status !== 'pending' && made.status !== 'processing') return made
  if (made.id === id(3, 1)) return made
  const start = made.id === id(3, 0) ? begun - 14_000 : Date.parse(made.created_at)
  const done = Math.min(1, (Date.now() - start) / 1000 / RENDER_SECONDS)
  made.status = done < 1 ? 'processing' : 'completed'
  made.progress_percentage = Math.floor(done * 100)
  made.current_stage = done < 0.08 ? 'downloading' : done < 0.9 ? 'processing' : done < 1 ? 'uploading' : 'complete'
  made.started_at ??= made.created_at
  if (done === 1) {
    made.file_size_bytes = 21_000_000
    made.completed_at = new Date().toISOString()
    made.outputs = [{ number: 1, filename: 'Finished just now.mp4', size_bytes: 21_000_000, duration_seconds: 14.56 }]
  }
  return made
}

/** What the media library said comes only with one export. */
function listed(made: Export): Export {
  const shown = { ...made }
  delete shown.error_detail
  return shown
}

function progressOf(made: Export): Progress {
  const { progress_percentage: progress, status, current_stage } = advance(made)
  const until = made.completed_at ? Date.parse(made.completed_at) : Date.now()
  const elapsed = made.started_at ? (until - Date.parse(made.started_at)) / 1000 : 0
  const moving = status === 'processing'
  return {
    progress,
    status,
    current_stage,
    elapsed_time: elapsed,
    frames_done: Math.floor((progress / 100) * FRAMES),
    frames_total: status === 'pending' ? 0 : FRAMES,
    ...(moving ? { speed: 3.4, estimated_time_remaining: (RENDER_SECONDS * (100 - progress)) / 100 } : {}),
  }
}

const named = ({ video_id, outputs }: Export, search: string): boolean =>
  [videos.find(({ id: video }) => video === video_id), ...outputs].some((one) => one?.filename.toLowerCase().includes(search))

function filtered(url: URL, of?: string): Export[] {
  const wanted = (name: string, value: string) => {
    const asked = url.searchParams.get(name)
    return asked === null || asked === value
  }
  const found = exports
    .map(advance)
    .filter((made) => of === undefined || made.video_id === of)
    .filter((made) => named(made, url.searchParams.get('search')?.toLowerCase() ?? ''))
    .filter((made) => wanted('status', made.status) && wanted('format', made.format))
    .filter((made) => wanted('resolution', made.resolution) && wanted('export_type', made.export_type))
    .sort((a, b) => b.created_at.localeCompare(a.created_at))
  return url.searchParams.get('sort') === 'created_at' ? found.reverse() : found
}

export const exportHandlers = [
  http.get('/api/exports', ({ request }) => {
    const url = new URL(request.url)
    const found = filtered(url)
    const count = (status: ExportStatus) => exports.filter((made) => made.status === status).length
    const counts = Object.fromEntries(STATUSES.map((status) => [status, count(status)]))
    return HttpResponse.json({ exports: page(found, url).map(listed), total: found.length, counts })
  }),
  http.get('/api/videos/:id/exports', ({ request, params }) => {
    const url = new URL(request.url)
    const found = filtered(url, String(params.id))
    return HttpResponse.json({ exports: page(found, url).map(listed), total: found.length })
  }),
  http.post<{ id: string }, NewExport>('/api/videos/:id/estimate', async ({ request }) => {
    const body = await request.json()
    const seconds = (body.segments ?? []).reduce((sum, { start = 0, end = 0 }) => sum + end - start, 0) || 30
    const weight = { '720p': 0.45, '1080p': 1, '4k': 3.6 }[body.resolution] * { low: 0.5, medium: 1, high: 2 }[body.quality ?? 'medium']
    return HttpResponse.json({
      duration_seconds: seconds,
      size_bytes: { low: Math.round(seconds * weight * 700_000), high: Math.round(seconds * weight * 1_100_000) },
      render_seconds: { low: seconds * weight * 0.3, high: seconds * weight * 0.5 },
      queue_seconds: 4,
      cost: { low: seconds * weight * 0.006, high: seconds * weight * 0.009 },
      parts: Math.ceil(seconds / 4),
      parts_reused: Math.floor(seconds / 12),
      outputs: body.export_type === 'clips' ? Math.max(1, body.segments?.length ?? 1) : 1,
    })
  }),
  http.get('/api/exports/:id', ({ params }) => {
    const made = find(params.id)
    return made ? HttpResponse.json(advance(made)) : notFound('export')
  }),
  http.get('/api/exports/:id/progress', ({ params, request }) => {
    const made = find(params.id)
    if (!made) return notFound('export')
    if (request.headers.get('accept')?.includes('event-stream')) return new HttpResponse(null, { status: 503 })
    return HttpResponse.json(progressOf(made))
  }),
  http.get('/api/exports/:id/download', ({ params, request }) => {
    const made = find(params.id)
    const clip = Number(new URL(request.url).searchParams.get('clip') ?? 0)
    const output = made?.outputs.find(({ number }) => number === clip) ?? made?.outputs[0]
    if (!made || !output) return notFound('export')
    const expires = new Date(Date.now() + 3_600_000).toISOString()
    return HttpResponse.json({ url: film.url, expires_at: expires, filename: output.filename, size_bytes: output.size_bytes })
  }),
  http.delete('/api/exports/:id', ({ params, request }) => {
    const made = find(params.id)
    if (!made) return notFound('export')
    if (made.status === 'pending' || made.status === 'processing') {
      Object.assign(made, { status: 'cancelled', completed_at: new Date().toISOString() })
      return HttpResponse.json(made, { status: 202 })
    }
    if (new URL(request.url).searchParams.get('cancel_only') === 'true') {
      return refusal(409, 'export_over', 'The export was over already: nothing is cancelled, nothing lost.')
    }
    exports.splice(exports.indexOf(made), 1)
    return new HttpResponse(null, { status: 204 })
  }),
  http.post('/api/exports/:id/retry', ({ params }) => {
    const made = find(params.id)
    if (!made) return notFound('export')
    const { resolution, format, quality_preset, export_type, video_id } = made
    const ranges = made.segment_selections.map(({ start_time, end_time }) => ({ start: start_time, end: end_time }))
    return order(video_id, { resolution, format, quality: quality_preset, export_type, segments: ranges }, null)
  }),
  http.post<{ id: string }, { expires_in_hours: number }>('/api/exports/:id/share', async ({ params, request }) => {
    const { expires_in_hours: hours } = await request.json()
    const expires_at = new Date(Date.now() + hours * 3_600_000).toISOString()
    return HttpResponse.json({ url: `${location.origin}/s/mock-${String(params.id).slice(-6)}`, expires_at }, { status: 201 })
  }),
  http.delete('/api/exports/:id/share', () => new HttpResponse(null, { status: 204 })),
]
