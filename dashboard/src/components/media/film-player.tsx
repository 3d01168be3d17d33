// Plays a finished file with the browser's own controls, and says so when the browser cannot show its picture.
import { VideoOff } from 'lucide-react'
import { type SyntheticEvent, useState } from 'react'

type Props = { url: string; poster?: string | undefined; name: string }

export function FilmPlayer({ url, poster, name }: Props) {
  const [faulty, setFaulty] = useState<string>()
  // A browser without the codec plays the sound alone and reports no error.
  const inspect = (event: SyntheticEvent<HTMLVideoElement>) => {
    if (event.currentTarget.videoWidth === 0) setFaulty(url)
  }
  if (faulty === url) {
    return (
      <div className="grid aspect-video w-full place-items-center rounded-lg bg-black text-white">
        <p className="flex items-center gap-2 px-6 text-center">
          <VideoOff className="size-5" aria-hidden />
          This browser cannot play the file. Download it to watch it.
        </p>
      </div>
    )
  }
  return (
    <video
      key={url}
      src={url}
      poster={poster}
      controls
      playsInline
      preload="metadata"
      aria-label={name}
      onLoadedMetadata={inspect}
      onError={() => setFaulty(url)}
      className="aspect-video w-full rounded-lg bg-black"
    />
  )
}
