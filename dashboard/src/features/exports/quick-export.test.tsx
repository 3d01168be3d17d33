// Exports without the dialog: one press with a way back, and many videos at once with each answer beside its video.
import { screen, waitFor, within } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { exports, videos } from '@mock/data'
import { server } from '@mock/server'
import { renderPage } from '@/test/render'
import { BulkExport } from './bulk-export'
import { QuickExport } from './quick-export'

const ready = videos.filter(({ status }) => status === 'ready')

test('one press exports the whole video with the defaults, and can be taken back', async () => {
  const [video] = ready
  if (!video) throw new Error('one is ready')
  const { user } = await renderPage(<QuickExport video={video} onCustomise={() => undefined} />)
  const before = exports.length
  await user.click(await screen.findByRole('button', { name: `Quick export of ${video.filename}` }))
  await waitFor(() => expect(exports.length).toBe(before + 1))
  const [made] = exports
  expect(made).toMatchObject({ video_id: video.id, export_type: 'single', resolution: '1080p', status: 'pending' })
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(exports[0]?.status).toBe('cancelled'))
})

test('the caret exports with another preset', async () => {
  const [video] = ready
  if (!video) throw new Error('one is ready')
  const { user } = await renderPage(<QuickExport video={video} onCustomise={() => undefined} />)
  await user.click(await screen.findByRole('button', { name: `Export ${video.filename} with…` }))
  await user.click(await screen.findByRole('menuitem', { name: /^Archive/ }))
  await waitFor(() => expect(exports[0]).toMatchObject({ resolution: '4k', format: 'mov', quality_preset: 'high' }))
})

test('twenty videos become twenty exports, one after the other', async () => {
  const [first] = ready
  if (!first) throw new Error('one is ready')
  const twenty = Array.from({ length: 20 }, (_, number) => ({ ...first, id: `${first.id.slice(0, -2)}${number + 70}`, filename: `${number}.mp4` }))
  videos.push(...twenty)
  const { user } = await renderPage(<BulkExport videos={twenty} onClose={() => undefined} />)
  const before = exports.length
  await user.click(await screen.findByRole('button', { name: 'Start 20 exports' }))
  expect(await screen.findByText('20 exports queued.')).toBeInTheDocument()
  expect(exports.length).toBe(before + 20)
  expect(new Set(exports.slice(0, 20).map(({ video_id }) => video_id)).size).toBe(20)
  videos.splice(-20)
})

test('of many videos each is ordered once, and what is refused is named and tried again', async () => {
  const chosen = ready.slice(0, 4)
  const { user } = await renderPage(<BulkExport videos={chosen} onClose={() => undefined} />)
  const before = exports.length
  const refusal = { code: 'too_busy', message: 'You have three exports under way already.', problems: [], request_id: 'r' }
  server.use(http.post(`*/api/videos/${chosen[2]?.id}/export`, () => HttpResponse.json(refusal, { status: 429 }), { once: true }))
  await user.click(await screen.findByRole('button', { name: 'Start 4 exports' }))
  const again = await screen.findByRole('button', { name: 'Try the refused again' })
  const list = within(screen.getByRole('list', { name: 'Videos' }))
  expect(list.getByText('You have three exports under way already.')).toBeInTheDocument()
  expect(exports.length).toBe(before + 3)
  await user.click(again)
  expect(await screen.findByText('4 exports queued.')).toBeInTheDocument()
  expect(exports.length).toBe(before + 4)
})
