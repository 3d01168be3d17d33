// Brings a file into the farm part by part, by presigned addresses: several at a time, each tried again, resumed after a reload.
import { call } from './call'
import { ApiError } from './error'
import type { PutPart, Upload, Video } from './gen'
import * as sdk from './gen/sdk.gen'

/** Parts on their way at once. More do not go faster, and fewer leave the line idle between two parts. */
const PARTS_AT_ONCE = 4
const TRIES_MAX = 4
const RETRY_MS = 800
/** Addresses are good for an hour; what is older is begun anew. */
const RESUMABLE_MS = 55 * 60_000

export type UploadState = { sentBytes: number; totalBytes: number; bytesPerSecond: number }
type Options = {
  signal: AbortSignal
  onState: (state: UploadState) => void
  /** Told which video it becomes, as soon as that is known. */
  onVideo?: (id: string) => void
}

type Begun = { video: string; upload: Upload; done: PutPart[]; at: number }

/** Uploads `file` and gives the video, which is then being indexed, or the one that had the same bytes already. */
export async function uploadVideo(file: File, { signal, onState, onVideo }: Options): Promise<Video> {
  const begun = (await resumed(file)) ?? (await begin(file))
  if ('known' in begun) return begun.known
  keep(file, begun)
  onVideo?.(begun.video)
  const rate = new Rate(file.size, onState)
  const done = new Map(begun.done.map((part) => [part.number, part]))
  for (const number of done.keys()) rate.sent(number, sizeOf(file, begun.upload, number))
  const waiting = begun.upload.parts.filter(({ number }) => !done.has(number))
  const carry = async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) {
      const { number, url } = part
      const start = (number - 1) * begun.upload.part_size_bytes
      const bytes = file.slice(start, Math.min(start + begun.upload.part_size_bytes, file.size))
      const etag = await putTried(url, bytes, signal, (sent) => rate.sent(number, sent))
      done.set(number, { number, etag })
      keep(file, { ...begun, done: [...done.values()] })
    }
  }
  await Promise.all(Array.from({ length: PARTS_AT_ONCE }, carry))
  const parts = [...done.values()].sort((a, b) => a.number - b.number)
  const body = { upload_id: begun.upload.upload_id, parts }
  const video = await call(sdk.completeVideo({ path: { id: begun.video }, body, signal }))
  sessionStorage.removeItem(memory(file))
  return video
}

/** What was begun in this tab before, unless it is gone; what has arrived meanwhile is known. */
async function resumed(file: File): Promise<Begun | { known: Video } | undefined> {
  const begun = begunBefore(file)
  if (!begun) return undefined
  const isGone = (error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  }
  const video = await call(sdk.viewVideo({ path: { id: begun.video } })).catch(isGone)
  if (video?.status === 'uploading') return begun
  sessionStorage.removeItem(memory(file))
  return video && { known: video }
}

async function begin(file: File): Promise<Begun | { known: Video }> {
  const body = { filename: file.name, size_bytes: file.size, content_type: file.type || 'application/octet-stream' }
  const { video, upload } = await call(sdk.createVideo({ body }))
  return upload ? { video: video.id, upload, done: [], at: Date.now() } : { known: video }
}

const sizeOf = (file: File, upload: Upload, number: number): number =>
  Math.min(upload.part_size_bytes, file.size - (number - 1) * upload.part_size_bytes)

/** What names a file well enough to go on with it in the same tab. */
const memory = (file: File): string => `reelfarm.upload.${file.name}.${file.size}.${file.lastModified}`

function keep(file: File, begun: Begun): void {
  // A long list may not fit; then a reload begins anew, and nothing else is lost.
  try {
    sessionStorage.setItem(memory(file), JSON.stringify(begun))
  } catch {
    sessionStorage.removeItem(memory(file))
  }
}

function begunBefore(file: File): Begun | undefined {
  const text = sessionStorage.getItem(memory(file))
  if (text === null) return undefined
  const begun: Begun = JSON.parse(text)
  return Date.now() - begun.at < RESUMABLE_MS ? begun : undefined
}

async function putTried(url: string, bytes: Blob, signal: AbortSignal, onSent: (bytes: number) => void) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await put(url, bytes, signal, onSent)
    } catch (error) {
      if (signal.aborted || attempt === TRIES_MAX) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** attempt))
    }
  }
}

/** One part; only XMLHttpRequest tells how much of a body has left. */
function put(url: string, bytes: Blob, signal: AbortSignal, onSent: (bytes: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const fail = (code: string, message: string) => reject(new ApiError({ status: request.status, code, message }))
    const abort = () => request.abort()
    request.open('PUT', url)
    request.upload.addEventListener('progress', (event) => onSent(event.loaded))
    request.addEventListener('load', () => {
      signal.removeEventListener('abort', abort)
      const etag = request.getResponseHeader('etag')
      if (request.status >= 300) return fail('storage_refused', `The storage refused a part (${request.status}).`)
      if (etag === null) return fail('storage_silent', 'The storage does not say what it received (no ETag is exposed).')
      onSent(bytes.size)
      return resolve(etag)
    })
    request.addEventListener('error', () => fail('unreachable', 'The storage cannot be reached.'))
    request.addEventListener('abort', () => fail('aborted', 'The upload was cancelled.'))
    signal.addEventListener('abort', abort, { once: true })
    if (signal.aborted) return fail('aborted', 'The upload was cancelled.')
    return request.send(bytes)
  })
}

/** Adds up what left, and how fast, over the last seconds. */
class Rate {
  private readonly byPart = new Map<number, number>()
  private readonly total: number
  private readonly tell: (state: UploadState) => void
  private marks: { at: number; bytes: number }[] = []

  constructor(total: number, tell: (state: UploadState) => void) {
    this.total = total
    this.tell = tell
  }

  sent(part: number, bytes: number): void {
    this.byPart.set(part, bytes)
    const sentBytes = [...this.byPart.values()].reduce((sum, size) => sum + size, 0)
    const at = performance.now()
    this.marks = [...this.marks.filter((mark) => at - mark.at < 5000), { at, bytes: sentBytes }]
    const [first] = this.marks
    const seconds = first ? (at - first.at) / 1000 : 0
    const bytesPerSecond = first && seconds > 0.3 ? Math.max(0, (sentBytes - first.bytes) / seconds) : 0
    this.tell({ sentBytes, totalBytes: this.total, bytesPerSecond })
  }
}
