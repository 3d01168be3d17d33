// A finished export: player, its files, and what is known of them.
import { useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { Export } from '@/api/client'
import { downloadQuery } from '@/api/queries'
import { FilmPlayer } from '@/components/media/film-player'
import { Button } from '@/components/ui/button'
import { Card, Skeleton, Trouble } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy-button'
import { type Fact, Facts } from '@/components/ui/facts'
import { Instant } from '@/components/ui/instant'
import { bytes, clockTime, duration } from '@/lib/format'
import { useExportActions } from './export-actions'

export function Result({ made }: { made: Export }) {
  const isClips = made.export_type === 'clips'
  const [number, setNumber] = useState(made.outputs[0]?.number ?? 1)
  const shown = made.outputs.find((output) => output.number === number)
  const address = useQuery(downloadQuery(made.id, isClips ? number : undefined, true))
  return (
    <div className="grid gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
      <div className="min-w-0">
        {address.error ? (
          <Trouble error={address.error} onRetry={() => void address.refetch()} />
        ) : address.data ? (
          <FilmPlayer url={address.data.url} poster={shown?.poster_url} name={address.data.filename} />
        ) : (
          <Skeleton className="aspect-video w-full" />
        )}
      </div>
      <div className="flex flex-col gap-4">
        <Files made={made} number={number} onShow={isClips ? setNumber : undefined} />
        <Known made={made} goodUntil={address.data?.expires_at} />
      </div>
    </div>
  )
}

type FilesProps = { made: Export; number: number; onShow: ((number: number) => void) | undefined }

function Files({ made, number, onShow }: FilesProps) {
  const { download } = useExportActions()
  if (!onShow) return null
  return (
    <Card aria-label="Clips">
      <h2 className="border-b border-border px-4 py-3 font-semibold">Clips</h2>
      <ol className="max-h-96 overflow-y-auto">
        {made.outputs.map((output) => (
          <li key={output.number} className="flex items-center gap-2 border-b border-border px-2 py-1 last:border-b-0">
            <button
              type="button"
              aria-pressed={output.number === number}
              onClick={() => onShow(output.number)}
              className="min-w-0 flex-1 rounded-md px-2 py-1.5 text-left hover:bg-raised aria-pressed:bg-primary-soft/50"
            >
              <span className="block truncate">{output.filename}</span>
              <span className="figures block text-sm text-muted">
                {duration(output.duration_seconds)} · {bytes(output.size_bytes)}
              </span>
            </button>
            <Button
              size="icon-sm"
              look="quiet"
              aria-label={`Download ${output.filename}`}
              onClick={() => download.mutate({ made, clip: output.number })}
            >
              <Download aria-hidden />
            </Button>
          </li>
        ))}
      </ol>
    </Card>
  )
}

function Known({ made, goodUntil }: { made: Export; goodUntil: string | undefined }) {
  const facts: Fact[] = [
    ['Length', duration(made.total_duration_seconds)],
    ['Size', made.file_size_bytes === undefined ? '–' : bytes(made.file_size_bytes)],
    ['Finished', made.completed_at ? <Instant key="finished" at={made.completed_at} /> : '–'],
    ['Will be deleted', made.expires_at ? <Instant key="deleted" at={made.expires_at} /> : 'never'],
    ['Download link', goodUntil ? `renewed before ${clockTime(Date.parse(goodUntil))}` : '–'],
  ]
  if (made.sha256) facts.push(['SHA-256', <Hash key="hash" sha256={made.sha256} />])
  return (
    <Card className="p-4" aria-label="Facts">
      <Facts facts={facts} />
    </Card>
  )
}

function Hash({ sha256 }: { sha256: string }) {
  return (
    <span className="flex items-center gap-1">
      <code className="truncate font-mono text-xs">{sha256.slice(0, 16)}…</code>
      <CopyButton shown={false} text={sha256} label="Copy the SHA-256" />
    </span>
  )
}
