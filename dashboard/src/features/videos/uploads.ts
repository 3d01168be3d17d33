// The uploads of this tab: they go on while people look at other pages. One list, told to whoever shows it.
import { useSyncExternalStore } from 'react'
import { ApiError, sentence } from '@/api/error'
import { type UploadState, uploadVideo } from '@/api/upload'

export type Upload = UploadState & {
  id: string
  name: string
  state: 'sending' | 'done' | 'failed'
  problem?: string
  /** The video it becomes, once that is known. */
  video?: string
  /** Whether trying again can help. */
  resumable?: boolean
}

let uploads: readonly Upload[] = []
const listeners = new Set<() => void>()
const running = new Map<string, { file: File; stop: AbortController; onDone: () => void }>()

function publish(next: readonly Upload[]): void {
  uploads = next
  for (const listener of listeners) listener()
}

const change = (id: string, part: Partial<Upload>) =>
  publish(uploads.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)))

/** Begins to upload `file`; `onDone` is called once the farm has it. */
export function startUpload(file: File, onDone: () => void): void {
  const id = crypto.randomUUID()
  const begun: Upload = { id, name: file.name, state: 'sending', sentBytes: 0, totalBytes: file.size, bytesPerSecond: 0 }
  publish([...uploads, begun])
  void send(id, file, onDone)
}

async function send(id: string, file: File, onDone: () => void): Promise<void> {
  const stop = new AbortController()
  running.set(id, { file, stop, onDone })
  try {
    await uploadVideo(file, { signal: stop.signal, onState: (state) => change(id, state), onVideo: (video) => change(id, { video }) })
    change(id, { state: 'done', sentBytes: file.size })
    onDone()
  } catch (error) {
    if (stop.signal.aborted) dismissUpload(id)
    else change(id, { state: 'failed', problem: sentence(error), resumable: mayHelp(error) })
  }
}

/** A line that was gone may be back; what the farm refused, it refuses again. */
const mayHelp = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.isLost || error.status >= 500 || error.status === 429 || error.code.startsWith('storage')

/** Goes on where it broke off. */
export function resumeUpload(id: string): void {
  const known = running.get(id)
  if (!known) return
  change(id, { state: 'sending', problem: '' })
  void send(id, known.file, known.onDone)
}

export function cancelUpload(id: string): void {
  running.get(id)?.stop.abort()
}

export function dismissUpload(id: string): void {
  running.delete(id)
  publish(uploads.filter((upload) => upload.id !== id))
}

export function useUploads(): readonly Upload[] {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => uploads,
  )
}

// Once there is a line again, what broke off for want of one goes on by itself.
window.addEventListener('online', () => {
  for (const { id, state, resumable } of uploads) if (state === 'failed' && resumable) resumeUpload(id)
})

// Leaving the page loses what is on its way.
window.addEventListener('beforeunload', (event) => {
  if (uploads.some(({ state }) => state === 'sending')) event.preventDefault()
})
