// How far an export is, live: stages, bar, speed, time left, and the way to stop it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Bell, BellRing, Radio, RotateCw } from 'lucide-react'
import { useEffect } from 'react'
import { cancelExport } from '@/api/client'
import { sentence } from '@/api/error'
import { keys } from '@/api/keys'
import { useNotices } from '@/components/notices'
import { StatusBadge, fillOf } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { Card, Skeleton, Trouble } from '@/components/ui/card'
import { useConfirm } from '@/components/ui/confirm'
import { ProgressBar } from '@/components/ui/progress'
import { toast } from '@/components/ui/toast'
import { useNow } from '@/hooks/use-now'
import { clockTime, count, duration, rate, roughly } from '@/lib/format'
import { StageStepper } from './stage-stepper'
import { useProgress } from './use-progress'

type Props = { exportId: string; onComplete?: () => void; pollInterval?: number; title?: string | undefined }

/** Cancelling less work than this needs no second thought. */
const CONFIRM_AFTER_SECONDS = 60

export function ExportProgress({ exportId, onComplete, pollInterval = 2000, title }: Props) {
  const followed = useProgress(exportId, pollInterval, onComplete)
  const { progress } = followed
  const moving = progress?.status === 'pending' || progress?.status === 'processing'
  useTitle(progress && moving ? `${progress.progress} % · ${title ?? 'Export'}` : undefined)
  if (!progress) {
    return followed.error ? <Trouble error={followed.error} onRetry={followed.refetch} /> : <Skeleton className="h-44 w-full" />
  }
  const failed = progress.status === 'failed'
  const started = progress.frames_total > 0
  const figures = [
    started && `${count(progress.frames_done)} of ${count(progress.frames_total)} frames`,
    progress.speed !== undefined && moving && `${rate(progress.speed)} speed`,
  ].filter(Boolean)
  return (
    <Card className="flex flex-col gap-4 p-5" aria-label="Progress">
      <div className="flex flex-wrap items-center gap-3">
        <StatusBadge status={progress.status} />
        <span className="flex-1" />
        {moving && <Source isLive={followed.isLive} updatedAt={followed.updatedAt} />}
        {moving && <NotifyMe />}
        {moving && <Cancel exportId={exportId} elapsed={progress.elapsed_time} />}
      </div>
      {progress.status !== 'cancelled' && <StageStepper stage={progress.current_stage} failed={failed} />}
      <ProgressBar
        value={started || !moving ? progress.progress : null}
        label="Export progress"
        text={`${progress.progress} percent, ${progress.current_stage}`}
        tone={fillOf(progress.status)}
        className="h-2.5!"
      />
      <div className="figures flex flex-wrap items-baseline gap-x-4 gap-y-1">
        {progress.status === 'pending' ? (
          <span className="text-muted">It waits for its turn.</span>
        ) : (
          <>
            <span className="text-2xl font-semibold">{progress.progress} %</span>
            <span className="text-muted">{figures.join(' · ')}</span>
          </>
        )}
        <span className="flex-1" />
        <TimeLeft followed={followed} moving={moving} started={started} elapsed={progress.elapsed_time} />
      </div>
      {followed.error && <Trouble error={followed.error} onRetry={followed.refetch} />}
    </Card>
  )
}

type TimeProps = { followed: ReturnType<typeof useProgress>; moving: boolean; started: boolean; elapsed: number }

function TimeLeft({ followed, moving, started, elapsed }: TimeProps) {
  const now = useNow(1000)
  if (!moving) return <span className="text-muted">took {duration(elapsed)}</span>
  if (followed.isSlow) return <span className="text-warn">{duration(elapsed)} so far · taking longer than usual</span>
  const left = followed.secondsLeft
  return (
    <span className="text-muted">
      {duration(elapsed)} so far
      {left === undefined ? started && ' · time left comes soon' : ` · ${roughly(left)} left · done at ${clockTime(now + left * 1000)}`}
    </span>
  )
}

function Source({ isLive, updatedAt }: { isLive: boolean; updatedAt: number }) {
  const now = useNow(1000)
  const Icon = isLive ? Radio : RotateCw
  const seconds = Math.max(0, Math.round((now - updatedAt) / 1000))
  return (
    <span className="inline-flex items-center gap-1.5 text-sm text-muted max-sm:order-last max-sm:w-full">
      <Icon className="size-3.5" aria-hidden />
      {isLive ? 'live' : `polling · updated ${seconds < 2 ? 'just now' : `${seconds} s ago`}`}
    </span>
  )
}

/** Long exports are left alone: the browser can tell when one is over. */
function NotifyMe() {
  const notices = useNotices()
  if (!notices) return null
  const Icon = notices.wanted ? BellRing : Bell
  return (
    <Button size="sm" look="quiet" aria-pressed={notices.wanted} onClick={() => void notices.toggle()}>
      <Icon aria-hidden />
      {notices.wanted ? 'You will be told' : 'Tell me when it is done'}
    </Button>
  )
}

function Cancel({ exportId, elapsed }: { exportId: string; elapsed: number }) {
  const confirm = useConfirm()
  const cache = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => cancelExport(exportId),
    onError: (error) => toast.error('The export was not cancelled', { description: sentence(error) }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.exports }),
  })
  const ask = async () => {
    const text = `${duration(elapsed)} of work are thrown away. Parts that are finished are kept for another try.`
    const sure = elapsed < CONFIRM_AFTER_SECONDS || (await confirm({ title: 'Cancel this export?', text, action: 'Cancel it' }))
    if (sure) cancel.mutate()
  }
  return (
    <Button size="sm" onClick={ask} aria-busy={cancel.isPending}>
      {cancel.isPending ? 'Cancelling…' : 'Cancel export'}
    </Button>
  )
}

function useTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return undefined
    const before = document.title
    document.title = title
    return () => {
      document.title = before
    }
  }, [title])
}
