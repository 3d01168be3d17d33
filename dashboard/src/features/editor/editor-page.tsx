// The editor of a video: picture and segments above, the time line below, and the export of what was chosen.
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { CircleX, Download, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { ApiError } from '@/api/error'
import type { Video } from '@/api/gen'
import { peaksQuery, previewQuery, videoQuery } from '@/api/queries'
import { ErrorDetail } from '@/components/error-detail'
import { StatusBadge } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { Card, PageHeading } from '@/components/ui/card'
import { ExportModal } from '@/features/exports'
import { useDeleteVideo } from '@/features/videos'
import { codecName, duration, frameRate, plural } from '@/lib/format'
import { Screen } from './screen'
import { SegmentList } from './segment-list'
import { pickedOf, secondsOf } from './segments'
import { Timeline, useView } from './timeline'
import { Transport } from './transport'
import { useEditor } from './use-editor'
import { useEditorShortcuts } from './use-editor-shortcuts'

export function EditorPage({ id }: { id: string }) {
  const { data: video } = useSuspenseQuery(videoQuery(id))
  if (video.status === 'ready') return <Desk key={video.id} video={video} />
  return (
    <>
      <PageHeading title={video.filename} actions={<StatusBadge status={video.status} />} />
      {video.status === 'failed' ? (
        <Unreadable video={video} />
      ) : (
        <p role="status" className="text-muted">
          The farm is looking at what is in the video. The editor opens here by itself once that is done.
        </p>
      )}
    </>
  )
}

/** Why nothing can be cut of it, and what to do instead. */
function Unreadable({ video }: { video: Video }) {
  const deleteVideo = useDeleteVideo()
  const navigate = useNavigate()
  const remove = async () => {
    if (await deleteVideo(video)) await navigate({ to: '/videos' })
  }
  return (
    <Card role="alert" className="border-err/40! flex gap-3 p-5">
      <CircleX className="mt-0.5 size-5 shrink-0 text-err" aria-hidden />
      <div className="min-w-0 flex-1">
        <h2 className="font-semibold">The video cannot be used</h2>
        <p className="mt-1">{video.error_message ?? 'The video could not be read.'}</p>
        <ErrorDetail text={video.error_detail} className="mt-2" />
        <div className="mt-4 flex flex-wrap gap-2">
          <Button asChild look="primary">
            <Link to="/videos">Upload another file</Link>
          </Button>
          <Button look="danger" onClick={() => void remove()}>
            <Trash2 aria-hidden />
            Delete
          </Button>
        </div>
      </div>
    </Card>
  )
}

/** What is known of a video in one line. */
export function factsOf(video: Video): string {
  const facts = [
    video.duration_seconds !== undefined && duration(video.duration_seconds),
    video.width && video.height && `${video.width} × ${video.height}`,
    video.frame_rate && `${frameRate(video.frame_rate)}${video.variable_frame_rate ? ' variable' : ''}`,
    video.video_codec && codecName(video.video_codec),
    video.audio_codec ? codecName(video.audio_codec) : 'no sound',
    video.hdr && 'HDR',
  ]
  return facts.filter(Boolean).join(' · ')
}

function Desk({ video }: { video: Video }) {
  const editor = useEditor(video)
  const view = useView(editor)
  const [exporting, setExporting] = useState(false)
  const preview = useQuery(previewQuery(video.id, true))
  const peaks = useQuery(peaksQuery(video.id, preview.data?.peaks_url))
  useEditorShortcuts(editor, view, () => setExporting(true))
  const picked = pickedOf(editor.segments)
  const failed = preview.error instanceof ApiError && preview.error.code !== 'preview_not_ready'
  return (
    <div className="flex flex-col gap-3 xl:h-[calc(100dvh-6.5rem)]">
      <PageHeading
        title={video.filename}
        text={factsOf(video)}
        actions={
          <>
            <span className="figures text-muted">
              {editor.segments.length === 0
                ? 'the whole video'
                : `${picked.length} of ${plural(editor.segments.length, 'segment')} · ${duration(secondsOf(picked))}`}
            </span>
            <Button look="primary" onClick={() => setExporting(true)}>
              <Download aria-hidden />
              Export
            </Button>
          </>
        }
      />
      {/* On a small screen the list, which grows, comes after the time line. */}
      <div className="contents min-h-0 flex-1 gap-3 lg:grid lg:grid-cols-[minmax(0,1fr)_19rem]">
        <div className="flex min-h-0 min-w-0 flex-col gap-2">
          <div className="min-h-0 flex-1">
            <Screen
              editor={editor}
              video={video}
              preview={preview.data}
              problem={failed ? preview.error?.message : undefined}
            />
          </div>
          <Transport editor={editor} canPlay={preview.data !== undefined} />
        </div>
        <SegmentList editor={editor} />
      </div>
      <Timeline editor={editor} view={view} preview={preview.data} peaks={peaks.data} />
      <ExportModal
        videoId={video.id}
        segments={picked.map(({ start, end }) => ({ start, end }))}
        isOpen={exporting}
        onClose={() => setExporting(false)}
      />
    </div>
  )
}
