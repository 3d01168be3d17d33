// The mock farm in other moods, for looking at pages that have nothing, cannot get it, have much, or wait: `?farm=empty`, `broken`,
// `many` and `slow`. With `?farm=limited` it takes only so many orders at once.
import { HttpResponse, delay, http } from 'msw'
import { refusal } from './answers'
import { ago, id } from './clock'
import { videos } from './data'

const KEPT = 'mock.farm'
const NOTHING: Readonly<Record<string, object>> = {
  '/api/videos': { videos: [], total: 0 },
  '/api/exports': { exports: [], total: 0, counts: { pending: 0, processing: 0, completed: 0, failed: 0, cancelled: 0 } },
  '/api/queue': {
    counts: {
      pending: 0,
      processing: 0,
      paused: 0,
      failed_last_hour: 0,
      tasks_waiting: 0,
      tasks_running: 0,
      nodes_online: 0,
      slots: 0,
      slots_busy: 0,
      frames_per_second: 0,
      time_left_seconds: { low: 0, high: 0 },
    },
    exports: [],
    total: 0,
  },
  '/api/queue/history': {
    step_seconds: 45,
    stretches: Array.from({ length: 80 }, (_, number) => ({ at: ago((80 - number) * 45), tasks_waiting: 0, tasks_running: 0, slots: 0, tasks_done: 0, frames_done: 0 })),
  },
  '/api/queue/stuck': { stuck: [] },
  '/api/queue/tasks': { tasks: [], total: 0 },
  '/api/nodes': { nodes: [], total: 0 },
  '/api/tokens': { tokens: [], total: 0 },
  '/api/webhooks': { webhooks: [], total: 0 },
  '/api/usage': { usage: [], total: 0 },
  '/api/settings/presets': { presets: [], total: 0 },
}

export function mood(): string | null {
  const asked = new URLSearchParams(location.search).get('farm')
  if (asked) sessionStorage.setItem(KEPT, asked)
  return sessionStorage.getItem(KEPT)
}

const MANY = 24

/** As many videos as are exported at once by whoever has much to do. They stay for as long as the page is open. */
function fill(): void {
  const first = videos.find(({ status }) => status === 'ready')
  if (!first || videos.length > MANY) return
  const clip = (number: number) => ({ ...first, id: id(2, 100 + number), filename: `Clip ${String(number).padStart(2, '0')}.mp4` })
  videos.unshift(...Array.from({ length: MANY }, (_, index) => clip(index + 1)))
}

/** Whatever is not answered here is answered as usual. */
export const moodHandlers = [
  http.get('/api/*', ({ request }) => {
    const { pathname } = new URL(request.url)
    const now = mood()
    if (now === 'many' && pathname === '/api/videos') fill()
    const always = pathname === '/api/me' || pathname === '/api/events'
    if (now === 'slow' && !always) return delay('infinite')
    if (now === 'empty' && NOTHING[pathname]) return HttpResponse.json(NOTHING[pathname])
    return now === 'broken' && !always ? refusal(500, 'internal', "Something went wrong on our side; the log has it under the request's id.") : undefined
  }),
]
