// One export: on its way, finished, failed or cancelled.
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Download, Link2, RotateCw, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Export, ExportConfig } from '@/api/client'
import { keys } from '@/api/keys'
import { exportQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, PageHeading } from '@/components/ui/card'
import { duration, plural, timecode } from '@/lib/format'
import { exportCan, isActive, useExportActions } from './export-actions'
import { ExportModal } from './export-modal'
import { ExportProgress } from './export-progress'
import { useExportName } from './export-row'
import { Failure } from './failure'
import { settingsLine, typeLabel } from './options'
import { Result } from './result'
import { ShareDialog } from './share-dialog'

/** The order that made an export, but for its segments. What the answer leaves out is left to the defaults. */
function orderOf(made: Export): Partial<ExportConfig> {
  const { resolution, format, export_type, quality_preset: quality } = made
  const { crossfade_seconds, normalize_audio, reuse_parts, name } = made
  const told = Object.entries({ crossfade_seconds, normalize_audio, reuse_parts, name }).filter(([, value]) => value !== undefined)
  return { resolution, format, export_type, quality, ...Object.fromEntries(told) }
}

export function ExportPage({ id }: { id: string }) {
  const { data: made } = useSuspenseQuery(exportQuery(id))
  const [opened, setOpened] = useState<'share' | 'again'>()
  const cache = useQueryClient()
  const name = useExportName(made)
  const settings = { ...made, quality: made.quality_preset }
  const segments = made.segment_selections.map(({ start_time, end_time, clip_id }) => ({
    start: start_time,
    end: end_time,
    ...(clip_id ? { clip_id } : {}),
  }))
  const done = () => void cache.invalidateQueries({ queryKey: keys.export(id) })
  return (
    <>
      <PageHeading
        title={name}
        text={`${typeLabel(made.export_type)} · ${settingsLine(settings)} · ${duration(made.total_duration_seconds)}`}
        actions={<Actions made={made} onShare={() => setOpened('share')} onAgain={() => setOpened('again')} />}
      />
      <div className="flex flex-col gap-5">
        {isActive(made) || made.status === 'cancelled' ? (
          <ExportProgress exportId={id} onComplete={done} title={name} />
        ) : null}
        {made.status === 'failed' && <Failure made={made} onChange={() => setOpened('again')} />}
        {made.status === 'completed' && <Result made={made} />}
        <Segments made={made} />
      </div>
      <ShareDialog exportId={id} open={opened === 'share'} onClose={() => setOpened(undefined)} />
      <ExportModal
        videoId={made.video_id}
        segments={segments}
        initial={orderOf(made)}
        isOpen={opened === 'again'}
        onClose={() => setOpened(undefined)}
      />
    </>
  )
}

function Actions({ made, onShare, onAgain }: { made: Export; onShare: () => void; onAgain: () => void }) {
  const actions = useExportActions()
  const navigate = useNavigate()
  const remove = async () => {
    if (await actions.remove(made)) await navigate({ to: '/exports' })
  }
  if (isActive(made)) return null
  return (
    <>
      {exportCan.download(made) && (
        <>
          <Button look="primary" onClick={() => actions.download.mutate({ made })}>
            <Download aria-hidden />
            {made.export_type === 'clips' ? 'Download ZIP' : 'Download'}
          </Button>
          <Button onClick={onShare}>
            <Link2 aria-hidden />
            Share
          </Button>
        </>
      )}
      {made.status !== 'failed' && (
        <Button onClick={onAgain}>
          <RotateCw aria-hidden />
          Export again
        </Button>
      )}
      <Button look="danger" onClick={() => void remove()}>
        <Trash2 aria-hidden />
        Delete
      </Button>
    </>
  )
}

function Segments({ made }: { made: Export }) {
  return (
    <Card aria-label="Segments">
      <h2 className="flex items-center justify-between gap-3 border-b border-border py-1.5 pr-1.5 pl-4 font-semibold">
        {made.segment_selections.length === 0 ? 'The whole video' : plural(made.segment_selections.length, 'segment')}
        <Button asChild size="sm" look="quiet">
          <Link to="/videos/$id" params={{ id: made.video_id }}>
            Open the video
          </Link>
        </Button>
      </h2>
      <ol className="max-h-72 overflow-y-auto" tabIndex={0} aria-label="Segments of the export">
        {made.segment_selections.map(({ start_time, end_time }, index) => (
          <li
            key={`${start_time}-${end_time}-${index.toString()}`}
            className="figures flex gap-4 border-b border-border px-4 py-2 last:border-b-0"
          >
            <span className="w-6 text-right text-muted">{index + 1}</span>
            <span>
              {timecode(start_time)} – {timecode(end_time)}
            </span>
            <span className="ml-auto text-muted">{duration(end_time - start_time)}</span>
          </li>
        ))}
      </ol>
    </Card>
  )
}
