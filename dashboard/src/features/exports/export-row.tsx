// One export as a row of a list: what it is, how far it is, and what can be done with it.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ban, ChevronDown, Download, Film, RotateCw, Trash2 } from 'lucide-react'
import { useId, useState } from 'react'
import type { Export } from '@/api/client'
import { videoQuery } from '@/api/queries'
import { ownName } from '@/components/export-name'
import { StatusBadge, fillOf } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { Checkbox } from '@/components/ui/field'
import { Instant } from '@/components/ui/instant'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { ProgressBar } from '@/components/ui/progress'
import { Cell, Row } from '@/components/ui/table'
import { cn } from '@/lib/class-names'
import { bytes, duration, plural } from '@/lib/format'
import { exportCan, isActive, useExportActions } from './export-actions'
import { FailureRow } from './failure'
import { settingsLine, typeLabel } from './options'

/** What an export is called where it has no files yet. */
export function useExportName(made: Export): string {
  const video = useQuery({ ...videoQuery(made.video_id), staleTime: 60_000 }).data
  // Its files may be of another format than the video.
  return ownName(made) ?? video?.filename.replace(/\.\w+$/, '') ?? 'Export'
}

/** The name of an export, which leads to it. */
export function ExportLink({ id, name }: { id: string; name: string }) {
  return (
    <Link to="/exports/$id" params={{ id }} className="block truncate rounded-sm font-medium hover:underline">
      {name}
    </Link>
  )
}

/** The columns of the list, for what goes over all of them. */
const COLUMNS = 8

type Props = { made: Export; picked: boolean; onPick: (picked: boolean) => void }

export function ExportRow({ made, picked, onPick }: Props) {
  const name = useExportName(made)
  const poster = made.outputs[0]?.poster_url
  const segments = made.segment_selections.length
  const settings = { ...made, quality: made.quality_preset }
  const [explained, setExplained] = useState(false)
  const below = useId()
  const why = made.status === 'failed' && (
    <Why name={name} below={below} open={explained} onOpen={() => setExplained(!explained)} />
  )
  return (
    <>
      <Row data-picked={picked || undefined} className="data-picked:bg-primary-soft/30">
        <Cell className="w-10 pr-0">
          <Checkbox checked={picked} onChange={onPick} label={`Choose ${name}`} />
        </Cell>
        {/* On a small screen this cell says all there is room for, and the rest is a press away. */}
        <Cell className="h-16! w-full max-w-0 sm:w-auto sm:max-w-96 sm:min-w-56">
          <div className="flex items-center gap-3">
            <Thumbnail url={poster} />
            <div className="min-w-0">
              <ExportLink id={made.id} name={name} />
              <div className="figures mt-0.5 flex items-center gap-2 text-sm whitespace-nowrap text-muted sm:hidden">
                <StatusBadge status={made.status} />
                {made.status === 'processing' && `${made.progress_percentage} %`}
                {made.file_size_bytes !== undefined && bytes(made.file_size_bytes)}
                {why}
              </div>
              <p className="truncate text-sm text-muted max-sm:hidden">
                {typeLabel(made.export_type)} · {segments === 0 ? 'whole video' : plural(segments, 'segment')}
              </p>
            </div>
          </div>
        </Cell>
        <Cell className="text-sm whitespace-nowrap text-muted max-sm:hidden">{settingsLine(settings)}</Cell>
        <Cell className="min-w-40 max-sm:hidden">
          <div className="flex items-center justify-between gap-2">
            <StatusBadge status={made.status} />
            {made.status === 'processing' && <span className="text-sm text-muted">{made.progress_percentage} %</span>}
            {why}
          </div>
          {isActive(made) && (
            <ProgressBar
              value={made.status === 'pending' ? null : made.progress_percentage}
              label={`Progress of ${name}`}
              text={`${made.progress_percentage} percent`}
              tone={fillOf(made.status)}
              className="mt-1.5 h-1!"
            />
          )}
        </Cell>
        <Cell className="text-right whitespace-nowrap max-sm:hidden">{duration(made.total_duration_seconds)}</Cell>
        <Cell className="text-right whitespace-nowrap max-sm:hidden">
          {made.file_size_bytes === undefined ? <span className="text-muted">–</span> : bytes(made.file_size_bytes)}
        </Cell>
        <Cell className="whitespace-nowrap text-muted max-sm:hidden">
          <Instant at={made.created_at} />
        </Cell>
        <Cell className="w-12 text-right sm:w-24">
          <RowActions made={made} name={name} />
        </Cell>
      </Row>
      {explained && made.status === 'failed' && <FailureRow made={made} id={below} columns={COLUMNS} />}
    </>
  )
}

type WhyProps = { name: string; below: string; open: boolean; onOpen: () => void }

function Why({ name, below, open, onOpen }: WhyProps) {
  return (
    <button
      type="button"
      aria-expanded={open}
      aria-controls={open ? below : undefined}
      aria-label={`Why ${name} failed`}
      onClick={onOpen}
      className="inline-flex h-6 items-center gap-0.5 rounded-sm px-1 text-sm text-muted hover:text-foreground"
    >
      Why?
      <ChevronDown className={cn('size-3.5 transition-transform', open && 'rotate-180')} aria-hidden />
    </button>
  )
}

export function Thumbnail({ url }: { url: string | undefined }) {
  if (url) return <img src={url} alt="" loading="lazy" className="h-10 w-16 shrink-0 rounded-sm bg-black object-contain" />
  return (
    <span className="grid h-10 w-16 shrink-0 place-items-center rounded-sm bg-raised text-muted">
      <Film className="size-4" aria-hidden />
    </span>
  )
}

function RowActions({ made, name }: { made: Export; name: string }) {
  const actions = useExportActions()
  return (
    <div className="flex justify-end gap-1">
      {exportCan.download(made) && (
        <Button
          size="icon-sm"
          look="quiet"
          className="max-sm:hidden!"
          aria-label={`Download ${name}`}
          onClick={() => actions.download.mutate({ made })}
        >
          <Download aria-hidden />
        </Button>
      )}
      <MoreMenu of={name}>
        <MenuItem
          icon={<Download aria-hidden />}
          disabled={!exportCan.download(made)}
          onSelect={() => actions.download.mutate({ made })}
        >
          Download
        </MenuItem>
        <MenuItem
          icon={<Ban aria-hidden />}
          disabled={!exportCan.cancel(made)}
          onSelect={() => actions.cancel.mutate(made)}
        >
          Cancel
        </MenuItem>
        <MenuItem
          icon={<RotateCw aria-hidden />}
          disabled={!exportCan.retry(made)}
          onSelect={() => actions.retry.mutate(made)}
        >
          Export again
        </MenuItem>
        <MenuLine />
        <MenuItem
          danger
          icon={<Trash2 aria-hidden />}
          disabled={!exportCan.remove(made)}
          onSelect={() => void actions.remove(made)}
        >
          Delete…
        </MenuItem>
      </MoreMenu>
    </div>
  )
}
