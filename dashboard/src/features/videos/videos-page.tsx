// All videos: upload, look, choose several and export them at once.
import { useQuery } from '@tanstack/react-query'
import { Clapperboard, Download } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { Video } from '@/api/gen'
import { videosQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { Pager } from '@/components/ui/pager'
import { BulkExport } from '@/features/exports'
import { duration, plural } from '@/lib/format'
import { DropZone, UploadButton, UploadList } from './upload-panel'
import { VideoCard } from './video-card'

const PAGE_SIZE = 12
export const VIDEO_GRID = 'grid grid-cols-[repeat(auto-fill,minmax(17rem,1fr))] gap-4'

export function VideosPage({ page, onPage }: { page: number; onPage: (page: number) => void }) {
  const query = useQuery(videosQuery(page, PAGE_SIZE))
  const [picked, setPicked] = useState<ReadonlyMap<string, Video>>(new Map())
  const [exporting, setExporting] = useState(false)
  const pick = (video: Video, on: boolean) => {
    const next = new Map(picked)
    if (on) next.set(video.id, video)
    else next.delete(video.id)
    setPicked(next)
  }
  const clear = () => setPicked(new Map())
  // The last of a page may be deleted: then the page before it is the last.
  const last = Math.max(1, Math.ceil((query.data?.total ?? 0) / PAGE_SIZE))
  const beyond = query.data !== undefined && !query.isPlaceholderData && page > last
  useEffect(() => {
    if (beyond) onPage(last)
  }, [beyond, last, onPage])
  const videos = beyond ? undefined : query.data?.videos
  return (
    <DropZone>
      <PageHeading
        title="Videos"
        text={<span className="max-sm:hidden">Drop files anywhere on this page to upload them.</span>}
        actions={videos?.length !== 0 && <UploadButton>Upload videos</UploadButton>}
      />
      <UploadList />
      {query.error && (
        <div className="mb-4">
          <Trouble error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {!videos && !query.error && <WaitingCards />}
      {videos?.length === 0 && (
        <Card>
          <Empty
            icon={<Clapperboard aria-hidden />}
            title="No videos yet"
            text="Upload a video. Once the farm has looked at what is in it, it can be cut and exported."
            action={<UploadButton>Upload videos</UploadButton>}
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
          <Pager page={page} pageSize={PAGE_SIZE} total={query.data.total} onPage={onPage} noun="video" />
        </div>
      )}
      {picked.size > 0 && (
        <Picked videos={[...picked.values()]} onExport={() => setExporting(true)} onClear={clear} />
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

function Picked({ videos, onExport, onClear }: { videos: Video[]; onExport: () => void; onClear: () => void }) {
  const total = videos.reduce((sum, { duration_seconds }) => sum + (duration_seconds ?? 0), 0)
  return (
    <div
      role="group"
      aria-label="Chosen videos"
      className="sticky bottom-4 z-30 mx-auto mt-6 flex w-fit items-center gap-3 rounded-xl border border-border bg-card px-4 py-2 shadow-lg"
    >
      <span className="figures">
        <strong className="font-medium">{plural(videos.length, 'video')} chosen</strong>
        <span className="text-muted"> · {duration(total)}</span>
      </span>
      <Button look="primary" size="sm" onClick={onExport}>
        <Download aria-hidden />
        Export…
      </Button>
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
