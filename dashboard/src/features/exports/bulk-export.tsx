// Exports several videos with the same settings, in one request: what they take together, and what became of each beside it.
import { CircleCheck, CircleX, Info, LoaderCircle } from 'lucide-react'
import { advice, ApiError } from '@/api/error'
import type { Video } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { Dialog } from '@/components/ui/dialog'
import { duration, plural } from '@/lib/format'
import { EstimatePanel } from './estimate'
import { PresetChips } from './preset-chips'
import { SettingsFields } from './settings-fields'
import { ORDERS_MAX, type Outcome, useBulk } from './use-bulk'

export function BulkExport({ videos, onClose }: { videos: readonly Video[]; onClose: () => void }) {
  const bulk = useBulk(videos)
  const { open, outcomes, estimate, error } = bulk
  const orderedCount = videos.length - open.length
  const finished = open.length === 0
  const seconds = videos.reduce((sum, { duration_seconds }) => sum + (duration_seconds ?? 0), 0)
  const tooMany = open.length > ORDERS_MAX ? `At most ${ORDERS_MAX} videos are exported at once.` : undefined
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={`Export ${plural(videos.length, 'video')}`}
      description={`${duration(seconds)} in all; each becomes a file of its own.`}
      className="sm:max-w-4xl!"
      footer={
        <>
          <span className="flex-1" role="status">
            {finished && `${plural(videos.length, 'export')} queued.`}
            {!finished && bulk.refusedCount > 0 && `${orderedCount} of ${plural(videos.length, 'export')} queued, ${bulk.refusedCount} refused.`}
          </span>
          <Button onClick={onClose}>{finished ? 'Done' : orderedCount > 0 ? 'Close' : 'Cancel'}</Button>
          {!finished && (
            <Button look="primary" onClick={() => void bulk.send()} disabledReason={tooMany}>
              {bulk.sending ? 'Starting…' : bulk.refusedCount > 0 ? 'Retry failed' : `Start ${plural(open.length, 'export')}`}
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="flex min-w-0 flex-col gap-4">
          {error && <Trouble error={new Error(advice(error.message, error instanceof ApiError ? error.retryAfter : undefined))} />}
          <PresetChips settings={bulk.settings} onPick={bulk.setSettings} />
          <SettingsFields settings={bulk.settings} onChange={bulk.setSettings} />
        </div>
        <aside className="flex min-w-0 flex-col gap-4">
          <ul className="flex max-h-80 flex-col overflow-y-auto rounded-lg border border-border" aria-label="Videos">
            {videos.map((video) => (
              <VideoLine key={video.id} video={video} outcome={outcomes[video.id]} sending={bulk.sending} />
            ))}
          </ul>
          {!finished && (
            <div className="rounded-lg border border-border p-3">
              <p className="mb-2 font-medium">
                {orderedCount > 0 && 'Still open: '}
                {plural(open.length, 'video')} → {plural(open.length, 'file')}
              </p>
              <EstimatePanel estimate={estimate.data} pending={estimate.isFetching} failed={estimate.isError} />
            </div>
          )}
          {bulk.warning && (
            <p className="flex gap-1.5 text-sm text-warn">
              <Info className="mt-0.5 size-3.5 shrink-0" aria-hidden />
              {bulk.warning}
            </p>
          )}
        </aside>
      </div>
    </Dialog>
  )
}

type LineProps = { video: Video; outcome: Outcome | undefined; sending: boolean }

function VideoLine({ video, outcome, sending }: LineProps) {
  const isOrdered = outcome?.ordered === true
  const refusal = !sending && outcome?.ordered === false ? outcome.message : undefined
  return (
    <li className="border-b border-border px-3 py-2 last:border-b-0">
      <p className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate">{video.filename}</span>
        {video.duration_seconds !== undefined && (
          <span className="figures text-sm text-muted">{duration(video.duration_seconds)}</span>
        )}
        {sending && !isOrdered && <LoaderCircle className="size-4 motion-safe:animate-spin" aria-label="Starting" />}
        {isOrdered && <CircleCheck className="size-4 text-ok" aria-label="Queued" />}
        {refusal && <CircleX className="size-4 text-err" aria-label="Refused" />}
      </p>
      {refusal && <p className="text-sm text-err">{refusal}</p>}
    </li>
  )
}
