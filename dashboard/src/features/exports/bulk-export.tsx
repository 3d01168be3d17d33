// Exports several videos with the same settings: one order each, and each answer shown beside its video.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, CircleX, LoaderCircle } from 'lucide-react'
import { useRef, useState } from 'react'
import { type ExportSettings, createExport } from '@/api/client'
import { idempotencyKey } from '@/api/call'
import { sentence } from '@/api/error'
import type { Video } from '@/api/gen'
import { keys } from '@/api/keys'
import { defaultsQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Dialog } from '@/components/ui/dialog'
import { duration, plural } from '@/lib/format'
import { FARM_DEFAULTS } from './options'
import { PresetChips } from './preset-chips'
import { SettingsFields } from './settings-fields'

type Outcome = { state: 'sending' } | { state: 'ordered' } | { state: 'refused'; message: string }
type Outcomes = Readonly<Record<string, Outcome>>

export function BulkExport({ videos, onClose }: { videos: readonly Video[]; onClose: () => void }) {
  const defaults = useQuery(defaultsQuery).data
  const [changed, setChanged] = useState<ExportSettings>()
  const settings = changed ?? { ...FARM_DEFAULTS, ...defaults?.settings }
  const [outcomes, setOutcomes] = useState<Outcomes>({})
  const [sending, setSending] = useState(false)
  // A second try of what was lost on its way does not order twice.
  const orderKeys = useRef<Record<string, string>>({})
  const cache = useQueryClient()
  const open = videos.filter(({ id }) => outcomes[id]?.state !== 'ordered')
  const refused = videos.filter(({ id }) => outcomes[id]?.state === 'refused')
  const total = videos.reduce((sum, { duration_seconds }) => sum + (duration_seconds ?? 0), 0)

  const send = async () => {
    setSending(true)
    for (const { id } of open) {
      const outcome = (next: Outcome) => setOutcomes((known) => ({ ...known, [id]: next }))
      outcome({ state: 'sending' })
      const key = (orderKeys.current[id] ??= idempotencyKey())
      const { crossfade_seconds: _none, ...whole } = settings
      await createExport(id, { ...whole, export_type: 'single' }, key).then(
        () => outcome({ state: 'ordered' }),
        (error: unknown) => {
          delete orderKeys.current[id]
          outcome({ state: 'refused', message: sentence(error) })
        },
      )
    }
    setSending(false)
    await cache.invalidateQueries({ queryKey: keys.exports })
  }
  const finished = open.length === 0
  return (
    <Dialog
      open
      onOpenChange={(next) => !next && onClose()}
      title={`Export ${plural(videos.length, 'video')}`}
      description={`${duration(total)} in all; each becomes a file of its own.`}
      className="sm:max-w-3xl!"
      footer={
        <>
          <span className="flex-1" role="status">
            {finished && `${plural(videos.length, 'export')} queued.`}
            {!finished && refused.length > 0 && `${plural(refused.length, 'video')} refused.`}
          </span>
          <Button onClick={onClose}>{finished ? 'Done' : 'Cancel'}</Button>
          {!finished && (
            <Button look="primary" onClick={() => void send()} disabled={sending}>
              {sending ? 'Starting…' : refused.length > 0 ? 'Try the refused again' : `Start ${plural(open.length, 'export')}`}
            </Button>
          )}
        </>
      }
    >
      <div className="grid gap-6 md:grid-cols-[minmax(0,1fr)_17rem]">
        <div className="flex flex-col gap-4">
          <PresetChips settings={settings} onPick={setChanged} />
          <SettingsFields settings={settings} onChange={setChanged} />
        </div>
        <ul className="flex max-h-96 flex-col overflow-y-auto rounded-lg border border-border" aria-label="Videos">
          {videos.map((video) => (
            <VideoLine key={video.id} video={video} outcome={outcomes[video.id]} />
          ))}
        </ul>
      </div>
    </Dialog>
  )
}

function VideoLine({ video, outcome }: { video: Video; outcome: Outcome | undefined }) {
  return (
    <li className="border-b border-border px-3 py-2 last:border-b-0">
      <p className="flex items-center gap-2">
        <span className="min-w-0 flex-1 truncate">{video.filename}</span>
        {outcome?.state === 'sending' && <LoaderCircle className="size-4 motion-safe:animate-spin" aria-label="Starting" />}
        {outcome?.state === 'ordered' && <CircleCheck className="size-4 text-ok" aria-label="Queued" />}
        {outcome?.state === 'refused' && <CircleX className="size-4 text-err" aria-label="Refused" />}
      </p>
      {outcome?.state === 'refused' && <p className="text-sm text-err">{outcome.message}</p>}
    </li>
  )
}
