// Looking back and ahead: what the charts say in words, how long everything takes, and what runs for too long.
import { useQuery } from '@tanstack/react-query'
import { screen, waitFor, within } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { useState } from 'react'
import { server } from '@mock/server'
import { historyQuery } from '@/api/farm-queries'
import { renderPage } from '@/test/render'
import { FACTOR_USUAL, type Factor } from './factor'
import { Figures } from './figures'
import { History, drawn } from './history'
import { FailuresPage } from './failures-page'
import { MINUTES_USUAL, type Minutes } from './minutes'

const COUNTS = {
  pending: 1,
  processing: 2,
  paused: 0,
  failed_last_hour: 0,
  tasks_waiting: 58,
  tasks_running: 14,
  nodes_online: 2,
  slots: 20,
  slots_busy: 14,
  frames_per_second: 412.3,
}

const stretch = (more: object) => ({ at: '2026-11-26T12:00:00Z', tasks_done: 0, frames_done: 0, ...more })

test('what nobody was there to read is a gap, and frames are told by the second', () => {
  const { tasks, frames } = drawn({
    step_seconds: 15,
    stretches: [stretch({ tasks_waiting: 3, tasks_running: 1, slots: 2, frames_done: 450 }), stretch({})],
  })
  expect(tasks.map(({ label, values }) => [label, ...values])).toEqual([
    ['Slots', 2, null],
    ['Waiting', 3, null],
    ['Running', 1, null],
  ])
  expect(frames[0]?.values).toEqual([30, 0])
})

test('charts say in words what they show, over the time that is chosen', async () => {
  const asked: (string | null)[] = []
  server.use(
    http.get('/api/queue/history', ({ request }) => {
      const minutes = new URL(request.url).searchParams.get('minutes')
      asked.push(minutes)
      const tasks_waiting = minutes === '60' ? 7 : 31
      return HttpResponse.json({ step_seconds: 45, stretches: [stretch({ tasks_waiting, tasks_running: 2, slots: 4, frames_done: 90 })] })
    }),
  )
  function Held() {
    const [minutes, setMinutes] = useState<Minutes>(MINUTES_USUAL)
    const history = useQuery(historyQuery(Number(minutes))).data
    return <History history={history} minutes={minutes} onMinutes={setMinutes} />
  }
  const { user } = await renderPage(<Held />)
  expect(await screen.findByRole('img', { name: 'Tasks: Slots at most 4, Waiting at most 7, Running at most 2.' })).toBeInTheDocument()
  expect(screen.getByRole('img', { name: 'Throughput: Frames per second at most 2.' })).toBeInTheDocument()
  await user.selectOptions(screen.getByRole('combobox', { name: 'How far back' }), 'Last 24 hours')
  expect(await screen.findByRole('img', { name: /Waiting at most 31/ })).toBeInTheDocument()
  expect(asked).toEqual(['60', '1440'])
})

test('the time left is a range, none, or not known', async () => {
  const value = () => within(screen.getByText('Time left').parentElement ?? document.body)
  const { unmount } = await renderPage(<Figures counts={{ ...COUNTS, time_left_seconds: { low: 96, high: 250 }, oldest_wait_seconds: 372 }} />)
  expect(value().getByText('1.6–4.2 min')).toBeInTheDocument()
  expect(value().getByText('oldest 6 min')).toBeInTheDocument()
  unmount()
  const none = await renderPage(<Figures counts={{ ...COUNTS, time_left_seconds: { low: 0, high: 0 } }} />)
  expect(value().getByText('none')).toBeInTheDocument()
  none.unmount()
  await renderPage(<Figures counts={COUNTS} />)
  expect(value().getByText('nothing to go by yet')).toBeInTheDocument()
})

test('what runs for too long is named with its node, and is taken off it', async () => {
  const sent: unknown[] = []
  server.use(
    http.post('/api/queue/exports/:id/requeue', async ({ request, params }) => {
      sent.push(await request.json())
      return HttpResponse.json({ export_id: params.id, tasks: 1 })
    }),
  )
  function Held() {
    const [factor, setFactor] = useState<Factor>(FACTOR_USUAL)
    return <FailuresPage factor={factor} onFactor={setFactor} />
  }
  const { user } = await renderPage(<Held />)
  const stuck = within(await screen.findByRole('region', { name: 'Stuck tasks' }))
  const rows = await stuck.findAllByRole('listitem')
  expect(rows).toHaveLength(2)
  expect(rows[0]).toHaveTextContent(/of .*\.(mp4|mov).*studio-gpu-1.*3 min \d+ s instead of 18 s/)
  await user.click(within(rows[0] ?? document.body).getByRole('button', { name: /^Requeue / }))
  await waitFor(() => expect(sent).toHaveLength(1))
  expect(sent[0]).toEqual({ task_id: expect.stringMatching(/^[0-9a-f-]{36}$/) })
  await user.selectOptions(stuck.getByRole('combobox', { name: 'Running for' }), '5 times as long as usual')
  await waitFor(() => expect(stuck.getAllByRole('listitem')).toHaveLength(1))
})
