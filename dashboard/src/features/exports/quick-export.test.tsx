// Exports without the dialog: one press, with a way back.
import { screen, waitFor } from '@testing-library/react'
import { exports, videos } from '@mock/data'
import { renderPage } from '@/test/render'
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
