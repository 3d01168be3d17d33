// Many videos at once: one request, totals before and after, each refusal beside its video, and only these sent again.
import { screen, waitFor, within } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { exports, videos } from '@mock/data'
import { server } from '@mock/server'
import type { Estimate, NewExports, Video } from '@/api/gen'
import { renderPage } from '@/test/render'
import { BulkExport } from './bulk-export'
import { sum } from './use-bulk'

const ready = videos.filter(({ status }) => status === 'ready')
type Sent = { path: string; orders: number; key: string | null }
let sent: Sent[] = []
const note = async ({ request }: { request: Request }) => {
  const path = new URL(request.url).pathname
  if (request.method !== 'POST' || !/\/exports?$/.test(path)) return
  const { orders } = (await request.clone().json()) as NewExports
  sent.push({ path, orders: orders.length, key: request.headers.get('idempotency-key') })
}

function twenty(): Video[] {
  const [first] = ready
  if (!first) throw new Error('one is ready')
  const copy = (number: number) => ({ ...first, id: `${first.id.slice(0, -2)}${number + 70}`, filename: `${number}.mp4` })
  return Array.from({ length: 20 }, (_, number) => copy(number))
}

beforeEach(() => {
  sent = []
  server.events.on('request:start', note)
})
afterEach(() => {
  server.events.removeAllListeners()
  sessionStorage.clear()
})

async function opened(chosen: readonly Video[]) {
  const page = await renderPage(<BulkExport videos={chosen} onClose={() => undefined} />)
  await screen.findByRole('button', { name: `Start ${chosen.length} exports` })
  return { ...page, list: within(screen.getByRole('list', { name: 'Videos' })) }
}

test('twenty videos become twenty exports by one request', async () => {
  const chosen = twenty()
  videos.push(...chosen)
  const { user } = await opened(chosen)
  expect(screen.getByText('10 min in all; each becomes a file of its own.')).toBeInTheDocument()
  const before = exports.length
  await user.dblClick(screen.getByRole('button', { name: 'Start 20 exports' }))
  expect(await screen.findByText('20 exports queued.')).toBeInTheDocument()
  expect(exports.length).toBe(before + 20)
  expect(new Set(exports.slice(0, 20).map(({ video_id }) => video_id)).size).toBe(20)
  expect(sent).toEqual([{ path: '/api/exports', orders: 20, key: expect.stringMatching(/^[0-9a-f-]{36}$/) }])
  videos.splice(-20)
})

test('what they take together is said before, and follows the settings', async () => {
  const { user } = await opened(ready.slice(0, 4))
  const size = async () => (await screen.findByText('Size')).parentElement?.textContent ?? ''
  expect(screen.getByText('4 videos → 4 files')).toBeInTheDocument()
  const medium = await size()
  // Each of the four is taken to last 30 s by the mock farm.
  expect(medium).toContain('84.0–132 MB')
  await user.click(screen.getByRole('radio', { name: /4K/ }))
  await waitFor(async () => expect(await size()).not.toBe(medium))
  expect(sent).toEqual([])
})

test('what is refused is named with its reason and when to try again, and it alone is sent again', async () => {
  const chosen = twenty()
  videos.push(...chosen)
  const [before, active] = [exports.length, exports.filter(({ status }) => ['pending', 'processing'].includes(status))]
  // As many are under way as may be, but for two.
  const over = active.slice(0, Math.max(0, active.length - 3))
  for (const made of over) made.status = 'cancelled'
  sessionStorage.setItem('mock.farm', 'limited')
  const { user, list } = await opened(chosen)
  expect(await screen.findByText(/^2 of these 20 fit now: you may have 5 exports under way at once and 10 ordered an hour\./)).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Start 20 exports' }))
  expect(await screen.findByText('2 of 20 exports queued, 18 refused.')).toBeInTheDocument()
  expect(list.getAllByText(/^5 exports of yours are under way.* Try again in 15 s\.$/)).toHaveLength(18)
  expect(list.getAllByLabelText('Queued')).toHaveLength(2)
  expect(exports.length).toBe(before + 2)
  expect(await screen.findByText(/^No more fits now/)).toBeInTheDocument()
  sessionStorage.clear()
  await user.click(screen.getByRole('button', { name: 'Retry failed' }))
  expect(await screen.findByText('20 exports queued.')).toBeInTheDocument()
  expect(exports.length).toBe(before + 20)
  expect(sent.map(({ orders }) => orders)).toEqual([20, 18])
  expect(sent[0]?.key).not.toBe(sent[1]?.key)
  videos.splice(-20)
})

test('a request that is lost keeps the form, and is the same request when it is sent again', async () => {
  const { user } = await opened(ready.slice(0, 3))
  server.use(http.post('*/api/exports', () => HttpResponse.error(), { once: true }))
  await user.click(screen.getByRole('button', { name: 'Start 3 exports' }))
  expect(await screen.findByRole('alert')).toHaveTextContent('The coordinator cannot be reached.')
  await user.click(screen.getByRole('button', { name: 'Start 3 exports' }))
  expect(await screen.findByText('3 exports queued.')).toBeInTheDocument()
  expect(sent).toHaveLength(2)
  expect(sent[0]).toEqual(sent[1])
})

test('more than fit into one request are not sent', async () => {
  const many = [...twenty(), ...twenty(), ...twenty()].map((video, number) => ({ ...video, id: `${video.id.slice(0, -3)}${number + 100}` }))
  const { user } = await opened(many)
  await user.click(screen.getByRole('button', { name: 'Start 60 exports' }))
  expect(screen.getByRole('button', { name: 'Start 60 exports' })).toHaveAttribute('aria-disabled', 'true')
  expect(sent).toEqual([])
})

test('of what is not known of one, nothing is known of all', () => {
  const one: Estimate = {
    duration_seconds: 10,
    size_bytes: { low: 1, high: 2 },
    render_seconds: { low: 3, high: 4 },
    cost: { low: 0.1, high: 0.2 },
    outputs: 1,
    parts: 3,
    parts_reused: 1,
  }
  expect(sum([])).toBeUndefined()
  expect(sum([one, one])).toEqual({
    duration_seconds: 20,
    size_bytes: { low: 2, high: 4 },
    render_seconds: { low: 6, high: 8 },
    cost: { low: 0.2, high: 0.4 },
    outputs: 2,
    parts: 6,
    parts_reused: 2,
  })
  const { cost: _cost, render_seconds: _render, ...new_kind } = one
  expect(sum([one, new_kind])).not.toHaveProperty('cost')
  expect(sum([new_kind, one])).not.toHaveProperty('render_seconds')
})
