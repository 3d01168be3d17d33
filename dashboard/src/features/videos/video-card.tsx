// A video as a card: picture, name, facts, and the quick way to an export.
import { Link, useNavigate } from '@tanstack/react-router'
import { Film, Pencil, SlidersHorizontal, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Video } from '@/api/gen'
import { StatusBadge } from '@/components/status-badge'
import { Card } from '@/components/ui/card'
import { Checkbox } from '@/components/ui/field'
import { Instant } from '@/components/ui/instant'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { ExportModal, QuickExport } from '@/features/exports'
import { cn } from '@/lib/class-names'
import { bytes, duration } from '@/lib/format'
import { useDeleteVideo } from './delete-video'
import { useUploads } from './uploads'

type Props = { video: Video; picked?: boolean; onPick?: (picked: boolean) => void }

export function VideoCard({ video, picked = false, onPick }: Props) {
  const [exporting, setExporting] = useState(false)
  const ready = video.status === 'ready'
  return (
    <Card aria-label={video.filename} className={cn('flex flex-col overflow-hidden', picked && 'border-primary!')}>
      <div className="relative aspect-video bg-black">
        <Poster video={video} />
        {onPick && ready && (
          <span className="absolute top-2 left-2 rounded-md bg-card/90">
            <Checkbox checked={picked} onChange={onPick} label={`Choose ${video.filename}`} />
          </span>
        )}
        {video.duration_seconds !== undefined && (
          <span className="figures absolute right-2 bottom-2 rounded-sm bg-black/80 px-1.5 py-0.5 text-xs text-white">
            {duration(video.duration_seconds)}
          </span>
        )}
      </div>
      <div className="flex flex-1 flex-col gap-2 p-3">
        <div className="min-w-0">
          <Link
            to="/videos/$id"
            params={{ id: video.id }}
            className="block truncate rounded-sm font-medium hover:underline"
            title={video.filename}
          >
            {video.filename}
          </Link>
          <p className="truncate text-sm text-muted">
            {video.width && video.height ? `${video.width} × ${video.height} · ` : ''}
            {bytes(video.size_bytes)} · <Instant at={video.created_at} />
          </p>
        </div>
        <div className="mt-auto flex items-center justify-between gap-2">
          {ready ? (
            <QuickExport video={video} onCustomise={() => setExporting(true)} />
          ) : (
            <StatusBadge status={video.status} />
          )}
          <Actions video={video} onExport={() => setExporting(true)} />
        </div>
      </div>
      <ExportModal videoId={video.id} isOpen={exporting} onClose={() => setExporting(false)} />
    </Card>
  )
}

/** What is to be said of a video that is not there yet, in its picture's place. */
function useWord({ id, status, error_message: fault }: Video): string | undefined {
  const own = useUploads().some(({ video }) => video === id)
  if (status === 'failed') return fault
  if (status !== 'uploading' || own) return undefined
  return 'It has not arrived whole. If nobody is uploading it, choose the same file again.'
}

function Poster({ video }: { video: Video }) {
  const said = useWord(video)
  if (video.poster_url) {
    return <img src={video.poster_url} alt="" loading="lazy" className="size-full object-contain" />
  }
  return (
    <span className="flex size-full flex-col items-center justify-center gap-2 px-6 text-center text-white/70">
      <Film className="size-7" aria-hidden />
      {said && <span className="line-clamp-3 text-sm text-white/90">{said}</span>}
    </span>
  )
}

function Actions({ video, onExport }: { video: Video; onExport: () => void }) {
  const navigate = useNavigate()
  const remove = useDeleteVideo()
  const ready = video.status === 'ready'
  return (
    <MoreMenu of={video.filename}>
      <MenuItem
        icon={<Pencil aria-hidden />}
        disabled={!ready}
        onSelect={() => void navigate({ to: '/videos/$id', params: { id: video.id } })}
      >
        Edit
      </MenuItem>
      <MenuItem icon={<SlidersHorizontal aria-hidden />} disabled={!ready} onSelect={onExport}>
        Export…
      </MenuItem>
      <MenuLine />
      <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => void remove(video)}>
        Delete…
      </MenuItem>
    </MoreMenu>
  )
}
