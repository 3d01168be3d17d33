// The list: pages and filters are the coordinator's, old rows stay while new ones come, failures of many are named.
import { screen, waitFor, within } from '@testing-library/react'
import { HttpResponse, http } from 'msw'
import { exports } from '@mock/data'
import { server } from '@mock/server'
import { renderPage } from '@/test/render'
import { ExportProgress } from './export-progress'
import { ExportsList, WHOLE_LIST } from './exports-list'

const seen: number[] = []
const rows = () => screen.findAllByRole('checkbox', { name: /^Choose (?!all)/ })

test('ten to a page, and the next page has others', async () => {
  const { user } = await renderPage(<ExportsList />)
  expect(await rows()).toHaveLength(10)
  await user.click(screen.getByRole('button', { name: 'Next' }))
  await waitFor(() => expect(screen.getByText(/^11–20 of/)).toBeInTheDocument())
  expect(screen.getByRole('button', { name: 'Previous' })).toBeEnabled()
})

test('a page that is no more shows the last there is', async () => {
  await renderPage(<ExportsList view={{ ...WHOLE_LIST, page: 9 }} onView={(view) => seen.push(view.page)} />)
  await waitFor(() => expect(seen).toContain(3))
  expect(screen.queryByText('No exports yet')).not.toBeInTheDocument()
})

test('a state is filtered for, and an empty one says so', async () => {
  const { user } = await renderPage(<ExportsList />)
  await rows()
  await user.click(screen.getByRole('button', { name: /^Failed/ }))
  await waitFor(async () => expect(await rows()).toHaveLength(1))
  server.use(http.get('*/api/exports', () => HttpResponse.json({ exports: [], total: 0 })))
  await user.click(screen.getByRole('button', { name: /^Cancelled/ }))
  expect(await screen.findByText('No export fits these filters')).toBeInTheDocument()
  await user.click(screen.getByRole('button', { name: 'Clear the filters' }))
  expect(await screen.findByText('No exports yet')).toBeInTheDocument()
})

test('a name is searched for, and what has none of it says so', async () => {
  const { user } = await renderPage(<ExportsList />)
  await rows()
  await user.type(screen.getByLabelText('Search exports'), 'wedding')
  await waitFor(async () => {
    for (const row of await rows()) expect(row).toHaveAccessibleName(/Wedding/)
  })
  await user.type(screen.getByLabelText('Search exports'), ' on the moon')
  expect(await screen.findByText('No export fits these filters')).toBeInTheDocument()
})

test('why one failed stands under its row, and what the media library said is folded and can be copied', async () => {
  const { user } = await renderPage(<ExportsList />)
  await rows()
  const why = screen.getAllByRole('button', { name: /^Why .* failed$/ })
  expect(screen.queryByText(/breaks off/)).not.toBeInTheDocument()
  await user.click(why[0] as HTMLElement)
  expect(why[0]).toHaveAttribute('aria-expanded', 'true')
  expect(screen.getByText(/breaks off at 00:12/)).toBeVisible()
  const said = await screen.findByText(/Could not decode stream/)
  expect(said).not.toBeVisible()
  await user.click(screen.getByText('What the media library said'))
  expect(said).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Copy what the media library said' }))
  expect(await navigator.clipboard.readText()).toBe(said.textContent)
})

test('an error keeps the rows that are there', async () => {
  const { cache } = await renderPage(<ExportsList />)
  await rows()
  server.use(http.get('*/api/exports', () => HttpResponse.error()))
  await cache.invalidateQueries({ queryKey: ['exports', 'list'] })
  expect(await screen.findByRole('alert')).toHaveTextContent('cannot be reached')
  expect(await rows()).toHaveLength(10)
})

test('many are deleted after a question, and what failed is named', async () => {
  const { user } = await renderPage(<ExportsList />)
  await rows()
  await user.click(screen.getByRole('button', { name: /^Completed/ }))
  await waitFor(() => {
    const total = exports.filter(({ status }) => status === 'completed').length
    expect(screen.getByText(`1–10 of ${total} exports`)).toBeInTheDocument()
  })
  const [first, second] = await rows()
  if (!first || !second) throw new Error('there are two')
  await user.click(first)
  await user.click(second)
  server.use(http.delete('*/api/exports/:id', () => HttpResponse.error(), { once: true }))
  await user.click(await screen.findByRole('button', { name: 'Delete' }))
  const question = await screen.findByRole('alertdialog')
  expect(question).toHaveTextContent('Delete 2 exports?')
  const before = exports.length
  await user.click(within(question).getByRole('button', { name: 'Delete them' }))
  await waitFor(() => expect(exports.length).toBe(before - 1))
  expect(await screen.findByText(/The coordinator cannot be reached/)).toBeInTheDocument()
})

test('progress is a labelled bar that polls without a stream, and says when it is done', async () => {
  const made = exports.find(({ status }) => status === 'processing')
  if (!made) throw new Error('one is under way')
  const onComplete = vi.fn()
  let answers = 0
  const progress = () => ({
    progress: [30, 20, 100][Math.min(answers, 2)],
    status: answers < 2 ? 'processing' : 'completed',
    current_stage: answers < 2 ? 'processing' : 'complete',
    elapsed_time: answers,
    frames_done: 10 + answers,
    frames_total: 100,
  })
  server.use(
    http.get('*/api/exports/:id/progress', ({ request }) => {
      if (request.headers.get('accept')?.includes('event-stream')) return new HttpResponse(null, { status: 503 })
      const told = progress()
      answers += 1
      return HttpResponse.json(told)
    }),
  )
  await renderPage(<ExportProgress exportId={made.id} onComplete={onComplete} pollInterval={20} />)
  const bar = await screen.findByRole('progressbar', { name: 'Export progress' })
  const seen = new Set<number>()
  await waitFor(() => {
    seen.add(Number(bar.getAttribute('aria-valuenow')))
    expect(onComplete).toHaveBeenCalledOnce()
  })
  expect(seen.has(20)).toBe(false)
  expect(screen.getByText('Completed')).toBeInTheDocument()
})

/** An export under way whose farm tells this of it, again and again. */
async function following(told: object) {
  const made = exports.find(({ status }) => status === 'processing')
  if (!made) throw new Error('one is under way')
  server.use(
    http.get('*/api/exports/:id/progress', ({ request }) =>
      request.headers.get('accept')?.includes('event-stream')
        ? new HttpResponse(null, { status: 503 })
        : HttpResponse.json({ progress: 0, status: 'processing', current_stage: 'downloading', elapsed_time: 4, frames_done: 0, ...told }),
    ),
  )
  return { ...(await renderPage(<ExportProgress exportId={made.id} pollInterval={20} />)), made }
}

test('before the first frame the bar has no value', async () => {
  await following({ frames_total: 0 })
  expect(await screen.findByRole('progressbar', { name: 'Export progress' })).not.toHaveAttribute('aria-valuenow')
})

test('what stands still for half a minute takes longer than usual, however often that is told', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  try {
    await following({ progress: 40, current_stage: 'processing', frames_done: 40, frames_total: 100 })
    expect(await screen.findByText(/so far/)).not.toHaveTextContent('longer than usual')
    vi.setSystemTime(Date.now() + 31_000)
    expect(await screen.findByText(/taking longer than usual/)).toBeInTheDocument()
  } finally {
    vi.useRealTimers()
  }
})

test('whoever cancels what is over meanwhile is told so, and loses nothing', async () => {
  const { user, made } = await following({ progress: 99, current_stage: 'uploading', frames_done: 99, frames_total: 100 })
  const status = made.status
  made.status = 'completed'
  await user.click(await screen.findByRole('button', { name: 'Cancel export' }))
  expect(await screen.findByText('The export was not cancelled')).toBeInTheDocument()
  expect(screen.getByText(/was over already/)).toBeInTheDocument()
  expect(exports).toContain(made)
  made.status = status
})
