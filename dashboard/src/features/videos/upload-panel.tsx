// Where files are dropped or chosen, and how far those on their way are.
import { useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CloudUpload, RotateCw, X } from 'lucide-react'
import { type DragEvent, type ReactNode, useCallback, useEffect, useState } from 'react'
import { keys } from '@/api/keys'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Fault } from '@/components/ui/field'
import { ProgressBar } from '@/components/ui/progress'
import { cn } from '@/lib/class-names'
import { bytes, percent, roughly } from '@/lib/format'
import { chooseFiles, takeFiles } from './file-field'
import { type Upload, cancelUpload, dismissUpload, resumeUpload, startUpload, useUploads } from './uploads'

export function useUpload() {
  const cache = useQueryClient()
  const start = useCallback(
    (files: Iterable<File>) => {
      const refresh = () => void cache.invalidateQueries({ queryKey: keys.videos })
      for (const file of files) startUpload(file, refresh)
    },
    [cache],
  )
  return { start }
}

/** A button that lets people choose files. */
export function UploadButton({ children = 'Upload' }: { children?: ReactNode }) {
  const { start } = useUpload()
  useEffect(() => takeFiles(start), [start])
  return (
    <Button look="primary" onClick={chooseFiles}>
      <CloudUpload aria-hidden />
      {children}
    </Button>
  )
}

/** Takes files that are dropped anywhere on its content. */
export function DropZone({ children }: { children: ReactNode }) {
  const [over, setOver] = useState(false)
  const { start } = useUpload()
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files')
  return (
    <div
      onDragOver={(event) => {
        if (!hasFiles(event)) return
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        start(event.dataTransfer.files)
      }}
      className={cn('relative min-h-[60vh] rounded-xl', over && 'outline-2 outline-offset-4 outline-primary outline-dashed')}
    >
      {children}
    </div>
  )
}

export function UploadList() {
  const uploads = useUploads()
  if (uploads.length === 0) return null
  return (
    <Card aria-label="Uploads" className="mb-5">
      <ul>
        {uploads.map((upload) => (
          <Line key={upload.id} upload={upload} />
        ))}
      </ul>
    </Card>
  )
}

function Line({ upload }: { upload: Upload }) {
  const { id, name, state, sentBytes, totalBytes, bytesPerSecond, problem, resumable } = upload
  const share = totalBytes > 0 ? (sentBytes / totalBytes) * 100 : 0
  const left = bytesPerSecond > 0 ? ` · ${roughly((totalBytes - sentBytes) / bytesPerSecond)} left` : ''
  const detail = `${bytes(sentBytes)} of ${bytes(totalBytes)} · ${percent(share)}${left}`
  return (
    <li className="flex flex-col gap-1.5 border-b border-border px-4 py-3 last:border-b-0">
      <div className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate font-medium">{name}</span>
        {state === 'sending' && <span className="figures text-sm text-muted">{detail}</span>}
        {state === 'done' && (
          <span className="inline-flex items-center gap-1.5 text-sm text-ok" role="status">
            <CircleCheck className="size-4" aria-hidden />
            Uploaded
          </span>
        )}
        {state === 'failed' && resumable && (
          <Button size="sm" onClick={() => resumeUpload(id)}>
            <RotateCw aria-hidden />
            Go on
          </Button>
        )}
        <Button
          size="icon-sm"
          look="quiet"
          aria-label={state === 'sending' ? `Cancel the upload of ${name}` : `Dismiss ${name}`}
          onClick={() => (state === 'sending' ? cancelUpload(id) : dismissUpload(id))}
        >
          <X aria-hidden />
        </Button>
      </div>
      {state === 'sending' && <ProgressBar value={share} label={`Upload of ${name}`} text={detail} className="h-1.5!" />}
      {state === 'failed' && <Fault>{problem}</Fault>}
    </li>
  )
}
