// What the mock farm's queue holds: open exports, their tasks, usage and webhooks. Tasks move on as time passes.
import type { Delivery, QueueHistory, QueuedExport, StuckTask, Task, TaskState, Usage, Webhook } from '../src/api/gen'
import { ago, ahead, id, opened } from './clock'
import { me, nodes, users } from './data'

const FILES = ['Interview with Ada.mp4', 'City at night.mov', 'Lecture 04 – sampling.mp4', 'Conference, day 2.mp4', 'Trailer.mov']

export const queued: QueuedExport[] = FILES.map((filename, index) => ({
  id: id(3, index < 2 ? index : 40 + index),
  user_id: users[index % 3]?.id ?? me.id,
  user_name: users[index % 3]?.name ?? me.name,
  video_id: id(2, index),
  filename,
  status: index < 4 ? 'processing' : 'pending',
  priority: index === 2 ? 20 : 0,
  progress_percentage: [37, 12, 81, 4, 0][index] ?? 0,
  tasks: index < 4 ? { ready: 8 + index * 9, leased: 4, done: 30 - index * 7, poisoned: index === 3 ? 2 : 0 } : { ready: 0, leased: 0, done: 0, poisoned: 0 },
  age_seconds: 372 - index * 61,
  created_at: ago(372 - index * 61),
  ...(index < 4 ? { started_at: ago(360 - index * 61), deadline_at: ahead(1400) } : {}),
  ...(index === 3 ? { paused_at: ago(30) } : {}),
}))

const DETAIL = `0:00:03.120 pipeline0 WARN  decoder: stream has no more data
0:00:03.121 avdec_h264-0 ERROR frame 312: error while decoding MB 62 40, bytestream -9
0:00:03.122 pipeline0 ERROR from element avdec_h264-0: Could not decode stream.
0:00:03.122 pipeline0 INFO  state PLAYING -> NULL`

type Seed = { state: TaskState; node?: number; failures?: number; message?: string }

/** A task of the queue; what runs goes on until it is done, and then begins anew. */
function task(number: number, { state, node, failures = 0, message }: Seed): Task {
  const amount_total = 240
  const running = ((Date.now() - opened) / 1000) * 6 + number * 37
  const waiting = number % 5 === 0 ? { code: 'next', message: 'It is next.' } : { code: 'in_line', message: `It is number ${number} in the line.`, place: number }
  return {
    id: id(11, number),
    kind: number % 7 === 0 ? 'sound' : 'picture',
    state,
    pool: 'x264',
    user_id: me.id,
    video_id: id(2, number % 4),
    filename: queued[number % 4]?.filename ?? 'clip.mp4',
    export_id: queued[number % 4]?.id ?? id(3, 0),
    attempt: 1 + failures,
    failures,
    amount_total,
    amount_done: state === 'leased' ? Math.floor(running % amount_total) : state === 'done' ? amount_total : 0,
    reused: false,
    created_at: ago(300),
    ...(node === undefined ? {} : { node_id: nodes[node]?.id ?? id(6, 1) }),
    ...(state === 'ready' ? { waiting } : {}),
    ...(state === 'leased' ? { lease_until: ahead(30) } : {}),
    ...(message ? { error_message: message, error_detail: DETAIL } : {}),
    ...(state === 'poisoned' || state === 'done' ? { finished_at: ago(90 - (number % 60)) } : {}),
  }
}

/** Every task as it is now. */
export function tasksNow(): Task[] {
  const broken = (number: number) => `The video breaks off at frame ${number * 13}.`
  return [
    ...Array.from({ length: 14 }, (_, number) => task(number, { state: 'leased', node: number < 5 ? 0 : number < 13 ? 1 : 3 })),
    ...Array.from({ length: 58 }, (_, number) => task(100 + number, number % 11 === 3 ? { state: 'ready', failures: 1, message: broken(number) } : { state: 'ready' })),
    ...Array.from({ length: 3 }, (_, number) => task(200 + number, { state: 'poisoned', node: number % 2, failures: 3, message: broken(number) })),
    task(210, { state: 'poisoned', node: 1, failures: 3, message: 'The media process used more than 4 GB of memory.' }),
    ...Array.from({ length: 40 }, (_, number) => task(300 + number, { state: 'done', node: number % 2 })),
  ]
}

/** Two of those that run, for longer than they should. */
export function stuckNow(factor: number): StuckTask[] {
  const running = (Date.now() - opened) / 1000
  return [
    { task: task(4, { state: 'leased', node: 0 }), running_seconds: 214 + running, usual_seconds: 18.4 },
    { task: task(9, { state: 'leased', node: 1 }), running_seconds: 71 + running, usual_seconds: 19.2 },
  ].filter((stuck) => stuck.running_seconds > factor * stuck.usual_seconds)
}

/** A working day of the farm: the line grows in the morning, and the coordinator was away for a while. */
export function history(minutes: number): QueueHistory {
  const step_seconds = Math.ceil((minutes * 60) / 96 / 15) * 15
  const length = Math.ceil((minutes * 60) / step_seconds)
  const now = Math.floor(Date.now() / 15_000) * 15_000
  return {
    step_seconds,
    stretches: Array.from({ length }, (_, number) => {
      const wave = Math.max(0, Math.sin((number / length) * 7 - 1) + 0.35 * Math.sin(number * 1.7))
      const away = number > length * 0.3 && number < length * 0.36
      const running = Math.min(20, Math.round(wave * 26))
      return {
        at: new Date(now - (length - number) * step_seconds * 1000).toISOString(),
        ...(away ? {} : { tasks_waiting: Math.round(wave * 58), tasks_running: running, slots: number > length / 2 ? 20 : 16 }),
        tasks_done: away ? 0 : running * 3,
        frames_done: away ? 0 : Math.round(running * 21 * step_seconds),
      }
    }),
  }
}

export const usage: Usage[] = ['2026-11', '2026-10', '2026-09'].flatMap((month, index) =>
  users.slice(0, 3).map(({ id: user_id, name }, place) => ({
    month,
    user_id,
    user_name: name,
    exports: 48 - index * 11 - place * 7,
    completed: 45 - index * 11 - place * 7,
    output_bytes: 9_400_000_000 / (index + 1) / (place + 1),
    rendered_tasks: 1210 - index * 300 - place * 110,
    cost: 84.2 / (index + 1) / (place + 1),
  })),
)
// A month in which nothing was done has its row too.
usage.push({ month: '2026-08', user_id: me.id, user_name: me.name, exports: 0, completed: 0, output_bytes: 0, rendered_tasks: 0, cost: 0 })

export const webhooks: Webhook[] = [
  {
    id: id(10, 1),
    name: 'Archive server',
    url: 'https://archive.example.org/hooks/reelfarm',
    events: ['export.completed', 'export.failed'],
    enabled: true,
    created_at: ago(86_400 * 4),
    updated_at: ago(86_400),
  },
]

export const deliveries: Delivery[] = [
  { id: id(12, 1), event: 'export.completed', data: {}, state: 'pending', attempts: 2, last_status: 503, next_attempt_at: ahead(40), created_at: ago(80) },
  { id: id(12, 2), event: 'export.completed', data: {}, state: 'delivered', attempts: 1, last_status: 200, created_at: ago(900), ended_at: ago(899) },
  { id: id(12, 3), event: 'export.failed', data: {}, state: 'failed', attempts: 12, last_error: 'The receiver did not answer within 10 s.', created_at: ago(90_000), ended_at: ago(3000) },
]
