// The eight functions: what they send, what they give, and what becomes of every way to fail.
import { HttpResponse, http } from 'msw'
import { server } from '@mock/server'
import { refusal } from '@mock/answers'
import { exports, videos } from '@mock/data'
import {
  cancelExport,
  createExport,
  deleteExport,
  downloadExport,
  getExport,
  getExportDownloadUrl,
  getExportProgress,
  getVideoExports,
} from './client'
import { ApiError } from './error'
import type { Problem } from './gen'

const origin = 'http://localhost:3000'
const video = videos.find(({ status }) => status === 'ready')?.id ?? ''
const [running] = exports
const finished = exports.find(({ status }) => status === 'completed')?.id ?? ''
const order = { resolution: '1080p', format: 'mp4', quality: 'medium', export_type: 'single' } as const

type Case = [name: string, method: 'get' | 'post' | 'delete', path: string, run: (init?: { signal: AbortSignal }) => Promise<unknown>]

const CASES: Case[] = [
  ['createExport', 'post', '/api/videos/:id/export', (init) => createExport(video, order, undefined, init)],
  ['getExport', 'get', '/api/exports/:id', (init) => getExport(finished, init)],
  ['getExportProgress', 'get', '/api/exports/:id/progress', (init) => getExportProgress(finished, init)],
  ['getExportDownloadUrl', 'get', '/api/exports/:id/download', (init) => getExportDownloadUrl(finished, undefined, init)],
  ['getVideoExports', 'get', '/api/videos/:id/exports', (init) => getVideoExports(video, {}, init)],
  ['cancelExport', 'delete', '/api/exports/:id', (init) => cancelExport(running?.id ?? '', init)],
  ['deleteExport', 'delete', '/api/exports/:id', (init) => deleteExport(finished, init)],
]

describe.each(CASES)('%s', (_name, method, path, run) => {
  const answer = (respond: () => Response) => server.use(http[method](`${origin}${path}`, respond))

  test('says what is wrong with a request, field by field', async () => {
    const problem: Problem = { field: 'segments[0].end', code: 'outside_video', message: 'Too late.' }
    answer(() => refusal(400, 'invalid_request', 'There are faults.', [problem]))
    const error = await run().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({ status: 400, code: 'invalid_request', requestId: 'mock-request' })
    expect((error as ApiError).problemOf('segments[0].end')).toBe('Too late.')
  })

  test('turns any fault of the farm into an error', async () => {
    answer(() => new HttpResponse('<html>bad gateway</html>', { status: 502, headers: { 'Content-Type': 'text/html' } }))
    await expect(run()).rejects.toMatchObject({ name: 'ApiError', status: 502, code: 'internal' })
  })

  test('knows a lost connection', async () => {
    answer(() => HttpResponse.error())
    await expect(run()).rejects.toMatchObject({ status: 0, code: 'unreachable', isLost: true })
  })

  test('can be taken back', async () => {
    const stop = new AbortController()
    const answered = run({ signal: stop.signal })
    stop.abort()
    await expect(answered).rejects.toMatchObject({ status: 0, code: 'aborted' })
  })
})

test('an order is sent once for one key', async () => {
  const first = await createExport(video, order, 'key-1')
  const second = await createExport(video, order, 'key-1')
  expect(second.id).toBe(first.id)
  expect(await createExport(video, order, 'key-2')).not.toMatchObject({ id: first.id })
  expect(await getExport(first.id)).toMatchObject({ format: 'mp4', export_type: 'single' })
})

test('progress, lists and addresses have what the pages need', async () => {
  expect(await getExportProgress(finished)).toMatchObject({ progress: 100, status: 'completed', current_stage: 'complete' })
  expect(await getVideoExports(video, { limit: 2 })).toMatchObject({ exports: expect.any(Array), total: expect.any(Number) })
  expect(await getExportDownloadUrl(finished)).toMatchObject({ url: expect.any(String), filename: expect.any(String) })
})

test('a download is saved under its own name', async () => {
  const clicked: string[] = []
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(this: HTMLAnchorElement) {
    clicked.push(this.download)
  })
  const { filename } = await downloadExport(finished)
  expect(clicked).toEqual([filename])
  expect(document.querySelector('a')).toBeNull()
  click.mockRestore()
})

test('what is under way is cancelled, and what is over is deleted', async () => {
  const made = await createExport(video, order)
  await cancelExport(made.id)
  await expect(cancelExport(made.id)).rejects.toMatchObject({ status: 409, code: 'export_over' })
  expect(await getExport(made.id)).toMatchObject({ status: 'cancelled' })
  await deleteExport(made.id)
  await expect(getExport(made.id)).rejects.toMatchObject({ status: 404, code: 'not_found' })
})
