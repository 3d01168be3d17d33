// The presets that are kept: made, edited, copied, made the default, and deleted with a way back.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Bookmark, Copy, Pencil, Plus, Star, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { sentence } from '@/api/error'
import { chooseExportSettings, createPreset, deletePreset, duplicatePreset } from '@/api/actions'
import type { Preset } from '@/api/gen'
import { keys } from '@/api/keys'
import { presetsQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, Empty, Skeleton, Trouble } from '@/components/ui/card'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { toast } from '@/components/ui/toast'
import { settingsLine } from '@/features/exports'
import { PresetDialog } from './preset-dialog'

const UNDO_MS = 8000

function usePresetActions() {
  const cache = useQueryClient()
  const options = {
    onSettled: () => cache.invalidateQueries({ queryKey: keys.settings }),
    onError: (error: unknown) => toast.error('That did not work', { description: sentence(error) }),
  }
  const remake = useMutation({ mutationFn: createPreset, ...options })
  const remove = useMutation({
    mutationFn: ({ id }: Preset) => deletePreset(id),
    ...options,
    onSuccess: (_gone, { name, settings }) => {
      toast(`Deleted “${name}”`, {
        duration: UNDO_MS,
        action: { label: 'Undo', onClick: () => remake.mutate({ name, settings }) },
      })
    },
  })
  const copy = useMutation({ mutationFn: ({ id }: Preset) => duplicatePreset(id), ...options })
  const choose = useMutation({ mutationFn: ({ id }: Preset) => chooseExportSettings({ preset_id: id }), ...options })
  return { remove, copy, choose }
}

export function Presets() {
  const query = useQuery(presetsQuery)
  const [opened, setOpened] = useState<Preset | 'new'>()
  const presets = query.data?.presets
  return (
    <Card aria-label="Presets">
      <div className="flex items-center justify-between border-b border-border px-4 py-2.5">
        <h2 className="font-semibold">Presets</h2>
        <Button size="sm" onClick={() => setOpened('new')}>
          <Plus aria-hidden />
          New preset
        </Button>
      </div>
      {query.error && (
        <div className="p-4">
          <Trouble error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isPending && <Skeleton className="m-4 h-24" />}
      {presets?.length === 0 && (
        <Empty
          icon={<Bookmark aria-hidden />}
          title="No presets yet"
          text="Keep the settings you use often under a name; they are offered with every export."
        />
      )}
      <ul>
        {presets?.map((preset) => (
          <Line key={preset.id} preset={preset} onEdit={() => setOpened(preset)} />
        ))}
      </ul>
      {opened && <PresetDialog preset={opened === 'new' ? undefined : opened} onClose={() => setOpened(undefined)} />}
    </Card>
  )
}

function Line({ preset, onEdit }: { preset: Preset; onEdit: () => void }) {
  const { remove, copy, choose } = usePresetActions()
  return (
    <li className="flex items-center gap-3 border-b border-border px-4 py-2.5 last:border-b-0">
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-2 font-medium">
          <span className="truncate">{preset.name}</span>
          {preset.is_default && (
            <span className="inline-flex items-center gap-1 rounded-full bg-primary-soft px-2 text-xs">
              <Star className="size-3" aria-hidden />
              default
            </span>
          )}
        </p>
        <p className="truncate text-sm text-muted">{settingsLine(preset.settings)}</p>
      </div>
      <MoreMenu of={preset.name}>
        <MenuItem icon={<Pencil aria-hidden />} onSelect={onEdit}>
          Edit
        </MenuItem>
        <MenuItem icon={<Copy aria-hidden />} onSelect={() => copy.mutate(preset)}>
          Duplicate
        </MenuItem>
        <MenuItem icon={<Star aria-hidden />} disabled={preset.is_default} onSelect={() => choose.mutate(preset)}>
          Make it the default
        </MenuItem>
        <MenuLine />
        <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => remove.mutate(preset)}>
          Delete
        </MenuItem>
      </MoreMenu>
    </li>
  )
}
