// Where people begin: the videos they had last, what is on its way, and what is done.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ban, Clapperboard, Download } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Export } from '@/api/client'
import { exportsQuery, videosQuery } from '@/api/queries'
import { StatusBadge, fillOf } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Trouble } from '@/components/ui/card'
import { Instant } from '@/components/ui/instant'
import { ProgressBar } from '@/components/ui/progress'
import { ExportLink, Thumbnail, isActive, settingsLine, useExportActions, useExportName } from '@/features/exports'
import { UploadButton, VIDEO_GRID, VideoCard, WaitingCards } from '@/features/videos'
import { bytes } from '@/lib/format'

export function HomePage() {
  const videos = useQuery(videosQuery({ limit: 4 }))
  const exports = useQuery(exportsQuery({ page: 1, limit: 10 }))
  const active = exports.data?.exports.filter(isActive).slice(0, 5) ?? []
  const done = exports.data?.exports.filter(({ status }) => status === 'completed').slice(0, 5) ?? []
  const error = videos.error ?? exports.error
  return (
    <>
      <PageHeading title="Home" actions={videos.data?.total !== 0 && <UploadButton>Upload videos</UploadButton>} />
      {error && <Trouble error={error} onRetry={() => void Promise.all([videos.refetch(), exports.refetch()])} />}
      {videos.isPending && (
        <Part title="Continue">
          <WaitingCards count={4} />
        </Part>
      )}
      {videos.data?.total === 0 && (
        <Card>
          <Empty
            icon={<Clapperboard aria-hidden />}
            title="Upload a video"
            text="Then choose what of it you want, and export it as one file or as many."
            action={<UploadButton>Upload videos</UploadButton>}
          />
        </Card>
      )}
      {videos.data && videos.data.total > 0 && (
        <Part title="Continue" more={<Link to="/videos">All videos</Link>}>
          <div className={VIDEO_GRID}>
            {videos.data.videos.map((video) => (
              <VideoCard key={video.id} video={video} />
            ))}
          </div>
        </Part>
      )}
      {active.length > 0 && (
        <Part title="In progress" more={<Link to="/exports">All exports</Link>}>
          <Lines exports={active} />
        </Part>
      )}
      {done.length > 0 && (
        <Part
          title="Done"
          more={
            <Link to="/exports" search={{ status: 'completed' }}>
              All completed
            </Link>
          }
        >
          <Lines exports={done} />
        </Part>
      )}
    </>
  )
}

function Part({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section className="mb-8" aria-label={title}>
      <div className="mb-3 flex items-baseline justify-between">
        <h2 className="text-lg font-semibold">{title}</h2>
        <span className="text-sm text-muted [&_a]:rounded-sm [&_a]:hover:text-foreground [&_a]:hover:underline">{more}</span>
      </div>
      {children}
    </section>
  )
}

function Lines({ exports }: { exports: Export[] }) {
  return (
    <Card>
      <ul>
        {exports.map((made) => (
          <Line key={made.id} made={made} />
        ))}
      </ul>
    </Card>
  )
}

function Line({ made }: { made: Export }) {
  const name = useExportName(made)
  const { cancel, download } = useExportActions()
  const poster = made.outputs[0]?.poster_url
  return (
    <li className="flex flex-wrap items-center gap-3 border-b border-border px-3 py-2.5 last:border-b-0">
      <Thumbnail url={poster} />
      <div className="min-w-40 flex-1">
        <ExportLink id={made.id} name={name} />
        <p className="truncate text-sm text-muted">{settingsLine({ ...made, quality: made.quality_preset })}</p>
      </div>
      {isActive(made) ? (
        <div className="grid w-88 grid-cols-[minmax(0,1fr)_2.5rem_8.5rem_2rem] items-center gap-3 max-sm:w-full">
          <ProgressBar
            value={made.status === 'pending' ? null : made.progress_percentage}
            label={`Progress of ${name}`}
            text={`${made.progress_percentage} percent`}
            tone={fillOf(made.status)}
          />
          <span className="figures text-right text-sm text-muted">
            {made.status === 'processing' && `${made.progress_percentage} %`}
          </span>
          <span className="text-right">
            <StatusBadge status={made.status === 'processing' ? made.current_stage : made.status} />
          </span>
          <Button size="icon-sm" look="quiet" aria-label={`Cancel ${name}`} onClick={() => cancel.mutate(made)}>
            <Ban aria-hidden />
          </Button>
        </div>
      ) : (
        <>
          <span className="figures text-sm text-muted">
            {made.file_size_bytes === undefined ? '' : `${bytes(made.file_size_bytes)} · `}
            <Instant at={made.completed_at ?? made.updated_at} />
          </span>
          <Button size="sm" onClick={() => download.mutate({ made })} aria-label={`Download ${name}`}>
            <Download aria-hidden />
            Download
          </Button>
        </>
      )}
    </li>
  )
}
