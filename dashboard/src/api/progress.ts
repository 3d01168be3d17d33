// Follows one export by its own stream and writes what it tells into the query cache. Falls silent where there is no stream.
import type { QueryClient } from '@tanstack/react-query'
import type { ExportProgress } from './client'
import { keys } from './keys'
import { follow } from './stream'

const RETRY_MS = 2_000
/** Between two looks of the coordinator lie 2 s, and a ping comes after 15. */
const SILENCE_MAX_MS = 35_000

/** Calls `onLive` when the stream is there and when it is not any more. Stops when the returned function is called. */
export function followProgress(cache: QueryClient, id: string, onLive: (live: boolean) => void): () => void {
  const stop = new AbortController()
  void keepFollowing(cache, id, onLive, stop.signal)
  return () => stop.abort()
}

async function keepFollowing(cache: QueryClient, id: string, onLive: (live: boolean) => void, stop: AbortSignal) {
  const seen = { over: false }
  while (!stop.aborted && !seen.over) {
    const own = new AbortController()
    let dog: ReturnType<typeof setTimeout> | undefined
    const onLife = () => {
      clearTimeout(dog)
      dog = setTimeout(() => own.abort(), SILENCE_MAX_MS)
      onLive(true)
    }
    const onEvent = ({ data }: { data: string }) => {
      const progress: ExportProgress = JSON.parse(data)
      cache.setQueryData(keys.progress(id), progress)
      seen.over = progress.status !== 'pending' && progress.status !== 'processing'
    }
    const path = `/api/exports/${id}/progress`
    await follow({ path, lastId: undefined, signal: AbortSignal.any([stop, own.signal]), onLife, onEvent }).catch(
      () => undefined,
    )
    clearTimeout(dog)
    if (stop.aborted) return
    onLive(false)
    if (!seen.over) await new Promise((resolve) => setTimeout(resolve, RETRY_MS))
  }
  void cache.invalidateQueries({ queryKey: keys.exports })
}
