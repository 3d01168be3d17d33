// Settings by one press: the defaults, the presets that were kept, and what the platforms ask for.
import { useQuery } from '@tanstack/react-query'
import { Star } from 'lucide-react'
import { useState } from 'react'
import type { ExportSettings } from '@/api/client'
import { defaultsQuery, presetsQuery, recommendationsQuery } from '@/api/queries'
import { Tooltip } from '@/components/ui/tooltip'
import { cn } from '@/lib/class-names'
import { FARM_DEFAULTS, settingsLine } from './options'

type Chip = { key: string; name: string; settings: ExportSettings; note: string; isDefault?: boolean }

const same = (a: ExportSettings, b: ExportSettings): boolean =>
  a.resolution === b.resolution &&
  a.format === b.format &&
  a.quality === b.quality &&
  (a.crossfade_seconds ?? 0) === (b.crossfade_seconds ?? 0) &&
  (a.normalize_audio ?? true) === (b.normalize_audio ?? true)

export function useChips(): Chip[] {
  const defaults = useQuery(defaultsQuery).data
  const presets = useQuery(presetsQuery).data?.presets ?? []
  const recommended = useQuery(recommendationsQuery).data
  const standard = { ...FARM_DEFAULTS, ...defaults?.settings }
  return [
    { key: 'default', name: 'Default', settings: standard, note: settingsLine(standard), isDefault: true },
    ...presets.map(({ id, name, settings, is_default }) => {
      const whole = { ...FARM_DEFAULTS, ...settings }
      return { key: id, name, settings: whole, note: settingsLine(whole), isDefault: is_default }
    }),
    ...(recommended?.recommendations ?? []).map(({ id, title, resolution, format, quality, note }) => {
      const settings = { ...FARM_DEFAULTS, resolution, format, quality }
      return { key: id, name: title, settings, note: `${settingsLine(settings)}. ${note}` }
    }),
  ]
}

type Props = { settings: ExportSettings; onPick: (settings: ExportSettings) => void }

export function PresetChips({ settings, onPick }: Props) {
  const [picked, setPicked] = useState<string>()
  const chips = useChips()
  // Several may say the same: the one that was pressed is meant, or else the first.
  const fitting = chips.filter((chip) => same(chip.settings, settings))
  const chosenKey = (fitting.find(({ key }) => key === picked) ?? fitting[0])?.key
  return (
    <div role="group" aria-label="Presets" className="flex flex-wrap gap-1.5">
      {chips.map((chip) => {
        const chosen = chip.key === chosenKey
        return (
          <Tooltip key={chip.key} text={chip.note}>
            <button
              type="button"
              aria-pressed={chosen}
              onClick={() => {
                setPicked(chip.key)
                onPick(chip.settings)
              }}
              className={cn(
                'inline-flex h-7 items-center gap-1.5 rounded-full border px-3 text-sm',
                chosen ? 'border-primary bg-primary-soft/50' : 'border-border hover:border-edge',
              )}
            >
              {chip.isDefault && <Star className="size-3" aria-label="default" />}
              {chip.name}
            </button>
          </Tooltip>
        )
      })}
    </div>
  )
}
