// Ordering an export: what is chosen is sent once, what is wrong stands at its field, and refusals keep the form.
import { screen, waitFor } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { useState } from 'react'
import { SENTINELS } from '@mock/answers'
import { exports, videos } from '@mock/data'
import { server } from '@mock/server'
import { renderPage } from '@/test/render'
import { ExportModal } from './export-modal'

const video = videos.find(({ status }) => status === 'ready')?.id ?? ''
const segments = [
  { start: 1, end: 3 },
  { start: 4, end: 6 },
]

/** Closes as a page would let it. */
function Closing({ onClose, ...props }: { onClose: () => void; segments?: typeof segments }) {
  const [isOpen, setOpen] = useState(true)
  const close = () => {
    onClose()
    setOpen(false)
  }
  return <ExportModal videoId={video} isOpen={isOpen} onClose={close} {...props} />
}

async function opened(props: { segments?: typeof segments } = {}) {
  const onClose = vi.fn()
  const page = await renderPage(<Closing onClose={onClose} {...props} />)
  await screen.findByRole('dialog', { name: 'Export' })
  return { ...page, onClose, start: await screen.findByRole('button', { name: 'Start export' }) }
}

test('a double click orders once, closes, and says so', async () => {
  const { user, onClose, start } = await opened({ segments })
  const before = exports.length
  await user.click(screen.getByRole('radio', { name: /WebM/ }))
  await user.dblClick(start)
  await waitFor(() => expect(onClose).toHaveBeenCalled())
  expect(exports.length).toBe(before + 1)
  expect(exports[0]).toMatchObject({ format: 'webm', export_type: 'combined' })
  expect(exports[0]?.segment_selections).toHaveLength(2)
  expect(await screen.findByText('Queued')).toBeInTheDocument()
})

test('the number of files follows the type', async () => {
  const { user } = await opened({ segments })
  expect(screen.getByText('2 segments → 1 file')).toBeInTheDocument()
  await user.click(screen.getByRole('radio', { name: /Individual clips/ }))
  expect(screen.getByText('2 segments → 2 files and a ZIP')).toBeInTheDocument()
})

test('nothing is sent while no segment is chosen', async () => {
  const { user, start, onClose } = await opened({ segments })
  const before = exports.length
  await user.click(screen.getByRole('checkbox', { name: 'Export segment 1' }))
  await user.click(screen.getByRole('checkbox', { name: 'Export segment 2' }))
  await user.click(start)
  expect(await screen.findByText('Choose at least one segment.')).toBeInTheDocument()
  expect(exports.length).toBe(before)
  expect(onClose).not.toHaveBeenCalled()
})

test.each([
  [402, SENTINELS.unpaid, /^The minutes you paid for are used up\. Buy more, and start again\.$/],
  [429, SENTINELS.busy, /^You have three exports under way already\. Try again in 1 min 30 s\.$/],
  [500, SENTINELS.broken, /^Something went wrong on our side; /],
  [503, SENTINELS.away, /^The object store does not answer\. Try again in 20 s\.$/],
  [507, SENTINELS.full, /^There is no room for this export\.$/],
])('a refusal with status %s is said, and the form is kept as it was', async (_status, name, sentence) => {
  const { user, start, onClose } = await opened({ segments })
  const before = exports.length
  await user.click(screen.getByRole('radio', { name: /WebM/ }))
  await user.click(screen.getByRole('checkbox', { name: 'Export segment 2' }))
  await user.type(screen.getByLabelText('File name'), name)
  await user.click(start)
  expect(await screen.findByRole('alert')).toHaveTextContent(sentence)
  expect(screen.getByLabelText('File name')).toHaveValue(name)
  expect(screen.getByRole('radio', { name: /WebM/ })).toBeChecked()
  expect(screen.getByRole('checkbox', { name: 'Export segment 2' })).not.toBeChecked()
  expect(onClose).not.toHaveBeenCalled()
  // What was wrong is mended in the same form, and it is sent.
  await user.clear(screen.getByLabelText('File name'))
  await user.click(start)
  await waitFor(() => expect(onClose).toHaveBeenCalled())
  expect(exports.length).toBe(before + 1)
})

test('a problem of a field stands at the field', async () => {
  const { user, start } = await opened()
  await user.type(screen.getByLabelText('File name'), SENTINELS.faulty)
  await user.click(start)
  await waitFor(() => expect(screen.getByLabelText('File name')).toHaveAccessibleDescription('Use 1 to 200 printable characters.'))
  expect(screen.queryByRole('alert')).toBeNull()
})

test('every choice changes the estimate', async () => {
  const { user } = await opened({ segments })
  const size = async () => (await screen.findByText('Size')).parentElement?.textContent ?? ''
  const medium = await size()
  await user.click(screen.getByRole('radio', { name: /4K/ }))
  await waitFor(async () => expect(await size()).not.toBe(medium))
  const large = await size()
  await user.click(screen.getByRole('radio', { name: /Low/ }))
  await waitFor(async () => expect(await size()).not.toBe(large))
})

test('warnings stand there and stop nothing', async () => {
  const { user, start, onClose } = await opened({ segments })
  await user.click(screen.getByRole('radio', { name: /4K/ }))
  await user.click(screen.getByRole('radio', { name: /WebM/ }))
  expect(await screen.findByText(/enlarged and gains no detail/)).toBeInTheDocument()
  expect(screen.getByText(/MP4 plays everywhere/)).toBeInTheDocument()
  await user.click(start)
  await waitFor(() => expect(onClose).toHaveBeenCalled())
  expect(exports[0]).toMatchObject({ resolution: '4k', format: 'webm' })
})

test('without an estimate the export can still be started', async () => {
  server.use(http.post('*/api/videos/:id/estimate', () => HttpResponse.error()))
  const { user, start, onClose } = await opened()
  expect(await screen.findByText(/Estimate unavailable/)).toBeInTheDocument()
  await user.click(start)
  await waitFor(() => expect(onClose).toHaveBeenCalled())
})

test('settings can be kept as a preset and are offered at once', async () => {
  const { user } = await opened()
  await user.click(screen.getByRole('radio', { name: /Low/ }))
  await user.click(screen.getByRole('button', { name: 'Save as preset' }))
  await user.type(await screen.findByLabelText('Name of the preset'), 'Drafts')
  await user.click(screen.getByRole('button', { name: 'Save preset' }))
  expect(await screen.findByRole('button', { name: 'Drafts' })).toBeInTheDocument()
})
