// Exports a whole video by one press, with the defaults; the caret has everything else.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { ChevronDown, Download, SlidersHorizontal } from 'lucide-react'
import { type ExportSettings, cancelExport, createExport } from '@/api/client'
import { idempotencyKey } from '@/api/call'
import { sentence } from '@/api/error'
import type { Video } from '@/api/gen'
import { keys } from '@/api/keys'
import { Button } from '@/components/ui/button'
import { Menu, MenuHeading, MenuItem, MenuLine } from '@/components/ui/menu'
import { toast } from '@/components/ui/toast'
import { settingsLine } from './options'
import { useChips } from './preset-chips'

const UNDO_MS = 8000

export function useQuickExport(video: Video) {
  const cache = useQueryClient()
  const refresh = () => cache.invalidateQueries({ queryKey: keys.exports })
  return useMutation({
    mutationFn: ({ settings }: { settings: ExportSettings }) => {
      const { crossfade_seconds: _none, ...whole } = settings
      return createExport(video.id, { ...whole, export_type: 'single' }, idempotencyKey())
    },
    onSuccess: async ({ id }) => {
      toast.success('Queued', {
        description: video.filename,
        duration: UNDO_MS,
        action: { label: 'Undo', onClick: () => void cancelExport(id).finally(refresh) },
      })
      await refresh()
    },
    onError: (error) => toast.error('The export was not started', { description: sentence(error) }),
  })
}

export function QuickExport({ video, onCustomise }: { video: Video; onCustomise: () => void }) {
  const quick = useQuickExport(video)
  const chips = useChips()
  const [standard] = chips
  const reason = video.status === 'ready' ? undefined : 'The video is not ready yet.'
  return (
    <div className="flex">
      <Button
        size="sm"
        className="rounded-r-none"
        disabledReason={reason}
        aria-label={`Quick export of ${video.filename}`}
        onClick={() => standard && !quick.isPending && quick.mutate({ settings: standard.settings })}
      >
        <Download aria-hidden />
        Quick export
      </Button>
      <Menu
        label="Export with"
        trigger={
          <Button
            size="icon-sm"
            className="-ml-px rounded-l-none"
            aria-label={`Export ${video.filename} with…`}
            disabled={reason !== undefined}
          >
            <ChevronDown aria-hidden />
          </Button>
        }
      >
        <MenuHeading>Export the whole video as</MenuHeading>
        {chips.map(({ key, name, settings }) => (
          <MenuItem key={key} onSelect={() => quick.mutate({ settings })}>
            <span>
              {name}
              <span className="block max-w-64 truncate text-sm text-muted">{settingsLine(settings)}</span>
            </span>
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem icon={<SlidersHorizontal aria-hidden />} onSelect={onCustomise}>
          Customise…
        </MenuItem>
      </Menu>
    </div>
  )
}
