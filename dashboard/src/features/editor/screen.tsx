// The picture of the editor: the video's proxy, or what stands in its place until there is one.
import { Hourglass, VideoOff } from 'lucide-react'
import { useState } from 'react'
import type { Preview, Video } from '@/api/gen'
import type { Editor } from './use-editor'

type Props = { editor: Editor; video: Video; preview: Preview | undefined; problem: string | undefined }

export function Screen({ editor, video, preview, problem }: Props) {
  const [faulty, setFaulty] = useState(false)
  if (!preview || faulty) {
    const Icon = problem || faulty ? VideoOff : Hourglass
    const text = faulty
      ? 'This browser cannot show the preview. You can still cut segments by their times.'
      : (problem ?? 'The preview is being made. You can cut segments by their times meanwhile.')
    return (
      <div
        className="relative grid h-full min-h-52 w-full place-items-center overflow-hidden rounded-lg bg-black bg-contain bg-center bg-no-repeat text-white"
        style={video.poster_url ? { backgroundImage: `url("${video.poster_url}")` } : undefined}
      >
        <p role="status" className="flex items-center gap-2 rounded-md bg-black/75 px-4 py-2 text-center">
          <Icon className="size-4 shrink-0" aria-hidden />
          {text}
        </p>
      </div>
    )
  }
  return (
    <video
      ref={editor.clock.attach}
      src={preview.proxy_url}
      poster={preview.poster_url}
      preload="auto"
      playsInline
      aria-label={`Preview of ${video.filename}`}
      onError={() => setFaulty(true)}
      onLoadedMetadata={(event) => event.currentTarget.videoWidth === 0 && setFaulty(true)}
      onClick={() => editor.clock.toggle()}
      className="h-full max-h-full min-h-52 w-full rounded-lg bg-black object-contain"
    />
  )
}
