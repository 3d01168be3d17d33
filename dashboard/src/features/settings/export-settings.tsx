// What people export with when they say nothing else.
import { useState } from 'react'
import type { ExportSettings as Settings } from '@/api/client'
import { Button } from '@/components/ui/button'
import { useConfirm } from '@/components/ui/confirm'
import { FARM_DEFAULTS, SettingsFields, settingsLine } from '@/features/exports'
import { useUnsavedGuard } from '@/hooks/use-unsaved-guard'

type Props = {
  onSave: (settings: Settings) => void | Promise<unknown>
  initialSettings?: Partial<Settings> | undefined
  /** Goes back to the farm's own; absent where that makes no sense. */
  onReset?: () => void
}

/** The names of what differs between two settings. */
export function differences(a: Settings, b: Settings): string[] {
  const names: [keyof Settings, string][] = [
    ['resolution', 'resolution'],
    ['quality', 'quality'],
    ['format', 'format'],
    ['crossfade_seconds', 'crossfade'],
    ['normalize_audio', 'loudness'],
    ['reuse_parts', 'reuse of parts'],
  ]
  const whole = (settings: Settings): Settings => ({ ...FARM_DEFAULTS, ...settings })
  return names.filter(([key]) => whole(a)[key] !== whole(b)[key]).map(([, name]) => name)
}

export function ExportSettings({ onSave, initialSettings, onReset }: Props) {
  const saved = { ...FARM_DEFAULTS, ...initialSettings }
  const [changed, setChanged] = useState<Settings>()
  const settings = changed ?? saved
  const dirty = differences(settings, saved).length > 0
  const confirm = useConfirm()
  useUnsavedGuard(dirty)
  const save = async () => {
    await onSave(settings)
    setChanged(undefined)
  }
  const reset = async () => {
    const changes = differences(saved, FARM_DEFAULTS)
    const text =
      changes.length > 0
        ? `This changes ${changes.join(', ')}: exports are made as ${settingsLine(FARM_DEFAULTS)} again.`
        : 'They are the farm’s own already.'
    if (!(await confirm({ title: 'Reset to the farm’s defaults?', text, action: 'Reset' }))) return
    setChanged(undefined)
    onReset?.()
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
      className="flex max-w-2xl flex-col gap-5"
    >
      <SettingsFields settings={settings} onChange={setChanged} />
      <div className="flex flex-wrap items-center gap-2">
        <Button type="submit" look="primary" disabledReason={dirty ? undefined : 'Nothing has changed.'} onClick={undefined}>
          Save
        </Button>
        {dirty && (
          <Button look="quiet" onClick={() => setChanged(undefined)}>
            Discard
          </Button>
        )}
        {onReset && (
          <Button
            look="quiet"
            disabledReason={!dirty && differences(saved, FARM_DEFAULTS).length === 0 ? 'These are the farm’s defaults already.' : undefined}
            onClick={() => void reset()}
          >
            Reset…
          </Button>
        )}
      </div>
    </form>
  )
}
