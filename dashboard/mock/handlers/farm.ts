// Nodes, queue, usage, webhooks and events of the mock farm. Its tasks move on with time.
import { HttpResponse, http } from 'msw'
import type { Problem } from '../../src/api/gen'
import type { NewWebhook, Task, Webhook } from '../../src/api/gen'
import { notFound, page, refusal } from '../answers'
import { ago, id } from '../clock'
import { me, nodes } from '../data'
import { deliveries, history, queued, stuckNow, tasksNow, usage, webhooks } from '../farm-data'
import { quota } from './orders'

const done = () => new HttpResponse(null, { status: 204 })
const now = () => new Date().toISOString()

function counts() {
  const tasks = tasksNow()
  const online = nodes.filter(({ connected }) => connected)
  return {
    pending: queued.filter(({ status }) => status === 'pending').length,
    processing: queued.filter(({ status }) => status === 'processing').length,
    paused: queued.filter(({ paused_at }) => paused_at !== undefined).length,
    failed_last_hour: 2,
    tasks_waiting: tasks.filter(({ state }) => state === 'ready').length,
    tasks_running: tasks.filter(({ state }) => state === 'leased').length,
    nodes_online: online.length,
    slots: online.reduce((sum, { slots }) => sum + slots, 0),
    slots_busy: online.reduce((sum, { slots_busy }) => sum + slots_busy, 0),
    oldest_wait_seconds: 372,
    frames_per_second: 412.3,
    time_left_seconds: { low: 96, high: 131 },
  }
}

const wanted = (url: URL, name: keyof Task, task: Task): boolean => {
  const asked = url.searchParams.get(name)
  return asked === null || asked === task[name]
}

export const farmHandlers = [
  http.get('/api/nodes', () => HttpResponse.json({ nodes, total: nodes.length })),
  http.post<never, { name: string }>('/api/nodes/join-tokens', async ({ request }) => {
    const { name } = await request.json()
    const expires_at = new Date(Date.now() + 15 * 60_000).toISOString()
    return HttpResponse.json({ token: 'mock-fingerprint.mock-secret', name, expires_at }, { status: 201 })
  }),
  http.get('/api/nodes/:id', ({ params }) => {
    const node = nodes.find((known) => known.id === params.id)
    if (!node) return notFound('node')
    const facts = {
      version: '0.1.0',
      host: `${node.name}.example.org`,
      cpu_count: 16,
      media_library: 'GStreamer 1.22.0',
      encoders: [
        { family: 'nvenc', identity: 'nvenc/12.1/535.129' },
        { family: 'x264', identity: 'x264/164/gst-1.22.0' },
        { family: 'vp9', identity: 'vp9/1.12.0/gst-1.22.0' },
      ],
      sandbox_layers: ['namespaces', 'seccomp', 'landlock'],
    }
    const tasks = tasksNow().filter((task) => task.node_id === node.id && task.state === 'leased')
    return HttpResponse.json({ node, facts, tasks })
  }),
  http.post<{ id: string; order: string }, { reason?: string }>('/api/nodes/:id/:order', async ({ params, request }) => {
    const node = nodes.find((known) => known.id === params.id)
    if (!node) return notFound('node')
    if (params.order === 'quarantine') {
      const { reason = '' } = await request.json()
      Object.assign(node, { state: 'quarantined', quarantine_reason: reason, quarantined_at: now(), slots_busy: 0 })
    } else if (params.order === 'drain') node.state = 'draining'
    else {
      node.state = 'online'
      delete node.quarantine_reason
    }
    return HttpResponse.json(node)
  }),
  http.delete('/api/nodes/:id', ({ params }) => {
    const index = nodes.findIndex((known) => known.id === params.id)
    if (index < 0) return notFound('node')
    nodes.splice(index, 1)
    return done()
  }),

  http.get('/api/queue', ({ request }) => {
    const url = new URL(request.url)
    const open = [...queued].sort((a, b) => b.priority - a.priority || b.age_seconds - a.age_seconds)
    return HttpResponse.json({ counts: counts(), exports: page(open, url), total: open.length })
  }),
  http.get('/api/queue/history', ({ request }) =>
    HttpResponse.json(history(Number(new URL(request.url).searchParams.get('minutes') ?? 60))),
  ),
  http.get('/api/queue/stuck', ({ request }) =>
    HttpResponse.json({ stuck: stuckNow(Number(new URL(request.url).searchParams.get('factor') ?? 3)) }),
  ),
  http.get('/api/queue/tasks', ({ request }) => {
    const url = new URL(request.url)
    const found = tasksNow().filter((task) =>
      (['export_id', 'node_id', 'state', 'kind'] as const).every((name) => wanted(url, name, task)),
    )
    return HttpResponse.json({ tasks: page(found, url), total: found.length })
  }),
  http.post<{ id: string; order: string }, { priority?: number }>(
    '/api/queue/exports/:id/:order',
    async ({ params, request }) => {
      const one = queued.find((known) => known.id === params.id)
      if (!one) return notFound('export')
      if (params.order === 'priority') one.priority = (await request.json()).priority ?? 0
      if (params.order === 'pause') one.paused_at = now()
      if (params.order === 'resume') delete one.paused_at
      return HttpResponse.json({ export_id: one.id, tasks: params.order === 'requeue' ? 12 : 0 })
    },
  ),

  http.get('/api/usage', ({ request }) => {
    const everybody = new URL(request.url).searchParams.get('everybody') === 'true'
    const shown = usage.filter((used) => everybody || used.user_id === me.id)
    return HttpResponse.json({ usage: shown, total: shown.length, ...quota() })
  }),

  http.get('/api/webhooks', () => HttpResponse.json({ webhooks, total: webhooks.length })),
  http.post<never, NewWebhook>('/api/webhooks', async ({ request }) => {
    const { url, name = new URL(url).host, events = [], enabled = true } = await request.json()
    if (url.includes('localhost')) {
      const problem: Problem = { field: 'url', code: 'invalid_text', message: 'That address is on the farm’s own network.' }
      return refusal(400, 'invalid_request', 'The webhook has a fault.', [problem])
    }
    const webhook: Webhook = { id: id(10, webhooks.length + 10), url, name, events, enabled, created_at: now(), updated_at: now() }
    webhooks.push(webhook)
    return HttpResponse.json({ webhook, secret: 'whsec_bW9jay1zZWNyZXQtb2YtdGhlLW1vY2stZmFybQ==' }, { status: 201 })
  }),
  http.put<{ id: string }, NewWebhook>('/api/webhooks/:id', async ({ params, request }) => {
    const webhook = webhooks.find((known) => known.id === params.id)
    return webhook ? HttpResponse.json(Object.assign(webhook, await request.json())) : notFound('webhook')
  }),
  http.delete('/api/webhooks/:id', ({ params }) => {
    const index = webhooks.findIndex((known) => known.id === params.id)
    if (index < 0) return notFound('webhook')
    webhooks.splice(index, 1)
    return done()
  }),
  http.get('/api/webhooks/:id/deliveries', () => HttpResponse.json({ deliveries, total: deliveries.length })),
  http.post('/api/webhooks/:id/replay', () => {
    for (const delivery of deliveries.filter(({ state }) => state === 'failed')) {
      Object.assign(delivery, { state: 'pending', next_attempt_at: ago(-1) })
    }
    return HttpResponse.json({ deliveries: 1 })
  }),

  // There is no stream here, so the page polls, and says so.
  http.get('/api/events', () => new HttpResponse(null, { status: 503 })),
]
