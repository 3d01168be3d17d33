// All videos: upload, look, choose several and export them at once.
import { useQuery } from '@tanstack/react-query'
import { Clapperboard, Download, SearchX } from 'lucide-react'
import { useState } from 'react'
import type { Video } from '@/api/gen'
import { videosQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { Pager } from '@/components/ui/pager'
import { SearchField } from '@/components/ui/search-field'
import { Select } from '@/components/ui/select'
import { BulkExport } from '@/features/exports'
import { useLastPage } from '@/hooks/use-last-page'
import { duration, plural } from '@/lib/format'
import { DropZone, UploadButton, UploadList } from './upload-panel'
import { VideoCard } from './video-card'

const PAGE_SIZE = 12
export const VIDEO_GRID = 'grid grid-cols-[repeat(auto-fill,minmax(17rem,1fr))] gap-4'

/** What of the videos is shown. */
export type VideosView = { page: number; search: string; sort: '-created_at' | 'created_at' }
export const ALL_VIDEOS: VideosView = { page: 1, search: '', sort: '-created_at' }

const ORDERS = [
  { value: '-created_at', label: 'Newest first' },
  { value: 'created_at', label: 'Oldest first' },
] as const

export function VideosPage({ view, onView }: { view: VideosView; onView: (view: VideosView) => void }) {
  const { page, search, sort } = view
  const query = useQuery(videosQuery({ ...view, limit: PAGE_SIZE }))
  const [picked, setPicked] = useState<ReadonlyMap<string, Video>>(new Map())
  const [exporting, setExporting] = useState(false)
  const pick = (video: Video, on: boolean) => {
    const next = new Map(picked)
    if (on) next.set(video.id, video)
    else next.delete(video.id)
    setPicked(next)
  }
  const clear = () => setPicked(new Map())
  const toPage = (next: number) => onView({ ...view, page: next })
  const total = query.isPlaceholderData ? undefined : query.data?.total
  const beyond = useLastPage({ page, pageSize: PAGE_SIZE, total, onPage: toPage })
  const videos = beyond ? undefined : query.data?.videos
  const ready = videos?.filter(({ status }) => status === 'ready') ?? []
  const isNone = videos?.length === 0 && search === ''
  return (
    <DropZone>
      <PageHeading
        title="Videos"
        text={<span className="max-sm:hidden">Drop files anywhere on this page to upload them.</span>}
        actions={!isNone && <UploadButton>Upload videos</UploadButton>}
      />
      <UploadList />
      {!isNone && (
        <div className="mb-4 flex flex-wrap gap-2">
          <SearchField label="Search videos" value={search} onChange={(text) => onView({ ...view, page: 1, search: text })} />
          <Select label="Order" value={sort} onChange={(next) => onView({ ...view, page: 1, sort: next })} choices={ORDERS} />
        </div>
      )}
      {query.error && (
        <div className="mb-4">
          <Trouble error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {!videos && !query.error && <WaitingCards />}
      {isNone && (
        <Card>
          <Empty
            icon={<Clapperboard aria-hidden />}
            title="No videos yet"
            text="Upload a video. Once the farm has looked at what is in it, it can be cut and exported."
            action={<UploadButton>Upload videos</UploadButton>}
          />
        </Card>
      )}
      {videos?.length === 0 && !isNone && (
        <Card>
          <Empty
            icon={<SearchX aria-hidden />}
            title="No video has such a name"
            text={`Nothing holds “${search}”.`}
            action={<Button onClick={() => onView(ALL_VIDEOS)}>Show all videos</Button>}
          />
        </Card>
      )}
      <div className={VIDEO_GRID}>
        {videos?.map((video) => (
          <VideoCard key={video.id} video={video} picked={picked.has(video.id)} onPick={(on) => pick(video, on)} />
        ))}
      </div>
      {query.data && query.data.total > PAGE_SIZE && (
        <div className="mt-4">
          <Pager page={page} pageSize={PAGE_SIZE} total={query.data.total} onPage={toPage} noun="video" />
        </div>
      )}
      {picked.size > 0 && (
        <Picked
          videos={[...picked.values()]}
          others={ready.filter(({ id }) => !picked.has(id)).length}
          onAll={() => setPicked(new Map([...picked, ...ready.map((video) => [video.id, video] as const)]))}
          onExport={() => setExporting(true)}
          onClear={clear}
        />
      )}
      {exporting && (
        <BulkExport
          videos={[...picked.values()]}
          onClose={() => {
            setExporting(false)
            clear()
          }}
        />
      )}
    </DropZone>
  )
}

type PickedProps = {
  videos: Video[]
  /** How many more of this page could be chosen. */
  others: number
  onAll: () => void
  onExport: () => void
  onClear: () => void
}

function Picked({ videos, others, onAll, onExport, onClear }: PickedProps) {
  const total = videos.reduce((sum, { duration_seconds }) => sum + (duration_seconds ?? 0), 0)
  return (
    <div
      role="group"
      aria-label="Chosen videos"
      className="sticky bottom-4 z-30 mx-auto mt-6 flex w-fit max-w-full flex-wrap items-center gap-3 rounded-xl border border-border bg-card px-4 py-2 shadow-lg"
    >
      <span className="figures">
        <strong className="font-medium">{plural(videos.length, 'video')} chosen</strong>
        <span className="text-muted"> · {duration(total)}</span>
      </span>
      <Button look="primary" size="sm" onClick={onExport}>
        <Download aria-hidden />
        Export…
      </Button>
      {others > 0 && (
        <Button size="sm" onClick={onAll}>
          Choose all on this page
        </Button>
      )}
      <Button look="quiet" size="sm" onClick={onClear}>
        Clear
      </Button>
    </div>
  )
}

export function WaitingCards({ count = 6 }: { count?: number }) {
  return (
    <div className={VIDEO_GRID} role="status" aria-label="Loading videos">
      {Array.from({ length: count }, (_, index) => (
        <Skeleton key={index} className="aspect-[17/14]" />
      ))}
    </div>
  )
}
