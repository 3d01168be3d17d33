// Uploads: what is lost on the way goes on once there is a line again, and what is refused is not offered to be tried.
import { act, screen, waitFor } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { videos } from '@mock/data'
import { server } from '@mock/server'
import { uploadVideo } from '@/api/upload'
import { renderPage } from '@/test/render'
import { UploadButton, UploadList } from './upload-panel'
import { ALL_VIDEOS, VideosPage } from './videos-page'

const file = (name: string) => new File(['film'], name, { type: 'video/mp4' })

async function uploaded(name: string) {
  const { user } = await renderPage(<VideosPage view={ALL_VIDEOS} onView={() => undefined} />)
  await user.upload(await screen.findByLabelText('Videos to upload'), file(name))
}

test('what broke off goes on by itself once there is a line again', async () => {
  let away = true
  server.use(http.post('*/api/videos/:id/complete', () => (away ? HttpResponse.error() : undefined)))
  await uploaded('Lost on the way.mp4')
  expect(await screen.findByRole('button', { name: 'Go on' })).toBeInTheDocument()
  away = false
  act(() => {
    window.dispatchEvent(new Event('online'))
  })
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Go on' })).not.toBeInTheDocument())
  expect(await screen.findByText('Uploaded')).toBeInTheDocument()
})

test('what the farm refuses says why, and is not offered to be tried again', async () => {
  const body = { code: 'file_too_large', message: 'The file is larger than 5 GB.', problems: [], request_id: 'mock' }
  server.use(http.post('*/api/videos', () => HttpResponse.json(body, { status: 413 })))
  await uploaded('Much too large.mp4')
  expect(await screen.findByText('The file is larger than 5 GB.')).toBeInTheDocument()
  expect(screen.queryByRole('button', { name: 'Go on' })).not.toBeInTheDocument()
})

test('a file that is chosen again after a reload goes on as the video that was begun', async () => {
  const made: string[] = []
  server.events.on('request:start', ({ request }) => {
    if (request.method === 'POST' && request.url.endsWith('/api/videos')) made.push(request.url)
  })
  // Taken back before a part has arrived, as by a reload.
  const gone = new AbortController()
  const same = file('Begun before.mp4')
  const options = { onState: () => undefined, onVideo: () => gone.abort() }
  await expect(uploadVideo(same, { ...options, signal: gone.signal })).rejects.toThrow()
  await uploadVideo(same, { ...options, signal: new AbortController().signal })
  server.events.removeAllListeners()
  expect(made).toHaveLength(1)
})

test('a file whose beginning was deleted meanwhile is begun anew', async () => {
  const same = file('Deleted meanwhile.mp4')
  const gone = new AbortController()
  let begun = ''
  const onVideo = (id: string) => {
    begun = id
    gone.abort()
  }
  await expect(uploadVideo(same, { onState: () => undefined, onVideo, signal: gone.signal })).rejects.toThrow()
  videos.splice(videos.findIndex(({ id }) => id === begun), 1)
  const video = await uploadVideo(same, { onState: () => undefined, signal: new AbortController().signal })
  expect(video.id).not.toBe(begun)
})

test('a video that arrived in part says what to do', async () => {
  const video = { id: '1', user_id: '1', filename: 'Half.mp4', status: 'uploading', size_bytes: 9, content_type: 'video/mp4', warnings: [], created_at: new Date().toISOString() }
  server.use(http.get('*/api/videos', () => HttpResponse.json({ videos: [video], total: 1 })))
  await renderPage(<VideosPage view={ALL_VIDEOS} onView={() => undefined} />)
  expect(await screen.findByText(/choose the same file again/)).toBeInTheDocument()
})

test('what is chosen arrives, although the button that was pressed is gone by then', async () => {
  const { user, unmount } = await renderPage(<UploadButton />)
  const field = screen.getByLabelText('Videos to upload')
  unmount()
  await user.upload(field, file('Chosen slowly.mp4'))
  await renderPage(<UploadList />)
  expect(await screen.findByText('Chosen slowly.mp4')).toBeInTheDocument()
})
