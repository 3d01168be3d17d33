// How the mock farm takes orders: one, or many in one request, each by the same rules. What becomes of them, `exports.ts` tells.
import { HttpResponse, http } from 'msw'
import type { Export, NewExport, NewExportOfVideo, OrderOutcome, OrderOutcomes, Quota } from '../../src/api/gen'
import { REFUSED_BY_NAME, type Refused, body, refusalOf } from '../answers'
import { id } from '../clock'
import { exports, limits, videos } from '../data'
import { mood } from '../moods'

/** With `?farm=limited` nobody may have more exports under way. */
const ACTIVE_MAX = 5
const ORDERS_MAX = 50

let ordered = 0
/** What was answered to a call with a key. */
const byKey = new Map<string, unknown>()

const NOT_FOUND: Refused = { status: 404, code: 'not_found', message: 'There is no such video.' }
const LIMITED: Refused = {
  status: 429,
  code: 'too_many_exports',
  message: `${ACTIVE_MAX} exports of yours are under way, and more may not be; wait for one to end.`,
  retryAfter: 15,
}

const isActive = ({ status }: Export): boolean => status === 'pending' || status === 'processing'

/** What whoever asks may still order; nothing where nobody counts. */
export function quota(): { quota?: Quota } {
  if (mood() !== 'limited') return {}
  const active = exports.filter(isActive).length
  return {
    quota: {
      limits: { ...limits, active_exports: ACTIVE_MAX },
      active_exports: active,
      exports_in_hour: 0,
      held_bytes: 2e9,
      rendered_minutes: 4.5,
      exports_left: Math.max(0, ACTIVE_MAX - active),
    },
  }
}

function refusedFor(videoId: string, { name }: NewExport): Refused | undefined {
  if (!videos.some((video) => video.id === videoId)) return NOT_FOUND
  if (mood() === 'limited' && exports.filter(isActive).length >= ACTIVE_MAX) return LIMITED
  return REFUSED_BY_NAME[name ?? '']
}

/** A new export by the order, or why there is none. */
export function place(videoId: string, order: NewExport): Export | Refused {
  const refused = refusedFor(videoId, order)
  if (refused) return refused
  ordered += 1
  const now = new Date().toISOString()
  const made: Export = {
    id: id(7, ordered),
    export_id: id(7, ordered),
    video_id: videoId,
    user_id: id(1, 1),
    export_type: order.export_type,
    resolution: order.resolution,
    format: order.format,
    quality_preset: order.quality ?? 'medium',
    status: 'pending',
    progress_percentage: 0,
    current_stage: 'queued',
    segment_selections: (order.segments ?? []).map(({ start = 0, end = 0 }) => ({ start_time: start, end_time: end })),
    total_duration_seconds: (order.segments ?? []).reduce((sum, { start = 0, end = 0 }) => sum + end - start, 0) || 30,
    cost: 0,
    created_at: now,
    updated_at: now,
    outputs: [],
  }
  exports.unshift(made)
  return made
}

/** Takes an order that came alone. */
export function order(videoId: string, wanted: NewExport, key: string | null) {
  const known = key === null ? undefined : byKey.get(key)
  if (known) return HttpResponse.json(known as Export, { status: 201 })
  const made = place(videoId, wanted)
  if (!('id' in made)) return refusalOf(made)
  if (key !== null) byKey.set(key, made)
  return HttpResponse.json(made, { status: 201 })
}

function outcome({ video_id, ...order }: NewExportOfVideo): OrderOutcome {
  const made = place(video_id, order)
  if ('id' in made) return { status: 201, export: made }
  const wait = made.retryAfter === undefined ? {} : { retry_after_seconds: made.retryAfter }
  return { status: made.status, refusal: body(made), ...wait }
}

export const orderHandlers = [
  http.post<{ id: string }, NewExport>('/api/videos/:id/export', async ({ request, params }) =>
    order(params.id, await request.json(), request.headers.get('idempotency-key')),
  ),
  http.post<never, { orders: NewExportOfVideo[] }>('/api/exports', async ({ request }) => {
    const { orders } = await request.json()
    const message = `Give 1 to ${ORDERS_MAX} orders; there are ${orders.length}.`
    if (orders.length < 1 || orders.length > ORDERS_MAX) {
      return refusalOf({ status: 400, code: 'invalid_request', message, problems: [{ field: 'orders', code: 'invalid_number', message }] })
    }
    const key = request.headers.get('idempotency-key') ?? ''
    const outcomes = (byKey.get(key) as OrderOutcome[] | undefined) ?? orders.map(outcome)
    if (key) byKey.set(key, outcomes)
    const refused = outcomes.filter(({ refusal }) => refusal !== undefined).length
    const told: OrderOutcomes = { orders: outcomes, ordered: outcomes.length - refused, refused }
    return HttpResponse.json(told, { status: refused > 0 ? 207 : 201 })
  }),
]
