// How far an export is: by its stream while there is one, else by asking; never backwards.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { ExportProgress } from '@/api/client'
import { followProgress } from '@/api/progress'
import { progressQuery } from '@/api/queries'
import { NO_ETA, sampled, secondsLeft } from './eta'
import { useNow } from '@/hooks/use-now'

/** While nothing moves for this long, however often that is told, it takes longer than usual. */
const SLOW_AFTER_MS = 30_000

type Followed = {
  progress: ExportProgress | undefined
  isLive: boolean
  error: Error | null
  secondsLeft: number | undefined
  updatedAt: number
  isSlow: boolean
  refetch: () => void
}

export function useProgress(exportId: string, pollInterval: number, onComplete?: () => void): Followed {
  const cache = useQueryClient()
  const [isLive, setLive] = useState(false)
  const query = useQuery(progressQuery(exportId, isLive ? 30_000 : pollInterval, true))
  const progress = useMonotonic(query.data)
  const over = progress !== undefined && progress.status !== 'pending' && progress.status !== 'processing'
  const now = useNow(1000)
  const [eta, setEta] = useState(NO_ETA)
  const [movedAt, setMovedAt] = useState(() => Date.now())
  const place = `${progress?.status} ${progress?.current_stage} ${progress?.frames_done} ${progress?.progress}`

  useEffect(() => (over ? undefined : followProgress(cache, exportId, setLive)), [cache, exportId, over])
  useEffect(() => {
    setEta((known) => sampled(known, query.data?.estimated_time_remaining, Date.now()))
  }, [query.data])
  // oxlint-disable-next-line react/exhaustive-deps -- the moment at which the place changes is what counts
  useEffect(() => setMovedAt(Date.now()), [place])
  const completed = progress?.status === 'completed'
  useEffect(() => {
    if (completed) onComplete?.()
    // oxlint-disable-next-line react/exhaustive-deps -- only the moment counts, not which function is given later
  }, [completed])

  return {
    progress,
    isLive,
    error: query.error,
    secondsLeft: secondsLeft(eta, now),
    updatedAt: query.dataUpdatedAt,
    isSlow: progress?.status === 'processing' && now - movedAt > SLOW_AFTER_MS,
    refetch: () => void query.refetch(),
  }
}

/** An answer that was overtaken on its way does not take the bar back. */
function useMonotonic(latest: ExportProgress | undefined): ExportProgress | undefined {
  const [shown, setShown] = useState(latest)
  if (latest !== shown) {
    const backwards = latest !== undefined && shown !== undefined && latest.progress < shown.progress
    const next = backwards ? { ...latest, progress: shown.progress } : latest
    if (next !== shown && !(backwards && shown?.frames_done === next?.frames_done)) setShown(next)
  }
  return shown
}
