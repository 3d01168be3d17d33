// The fields that decide what an export looks like: size, quality, container, and what is folded away.
import { ChevronRight } from 'lucide-react'
import type { ExportSettings } from '@/api/client'
import type { Video } from '@/api/gen'
import { Checkbox, Fault, Field, Input } from '@/components/ui/field'
import { RadioCards } from '@/components/ui/radio-cards'
import type { Faults } from './checks'
import { FORMATS, QUALITIES, RESOLUTIONS, outputSize } from './options'

type Props = {
  settings: ExportSettings
  onChange: (settings: ExportSettings) => void
  video?: Video | undefined
  faults?: Faults
}

function sizeHint(video: Video | undefined, choice: (typeof RESOLUTIONS)[number]): string {
  const size = outputSize(video, choice.value) ?? choice
  return `${size.width} × ${size.height}`
}

export function SettingsFields({ settings, onChange, video, faults = {} }: Props) {
  const change = (part: Partial<ExportSettings>) => onChange({ ...settings, ...part })
  return (
    <div className="flex flex-col gap-4">
      <Group title="Resolution" fault={faults.resolution}>
        <RadioCards
          label="Resolution"
          value={settings.resolution}
          onChange={(resolution) => change({ resolution })}
          cards={RESOLUTIONS.map((choice) => ({ ...choice, hint: sizeHint(video, choice) }))}
        />
      </Group>
      <Group title="Quality" fault={faults.quality}>
        <RadioCards
          label="Quality"
          value={settings.quality ?? 'medium'}
          onChange={(quality) => change({ quality })}
          cards={QUALITIES}
        />
      </Group>
      <Group title="Format" fault={faults.format}>
        <RadioCards label="Format" value={settings.format} onChange={(format) => change({ format })} cards={FORMATS} />
      </Group>
      <Advanced settings={settings} change={change} faults={faults} />
    </div>
  )
}

export function Group({ title, fault, children }: { title: string; fault?: string | undefined; children: React.ReactNode }) {
  return (
    <div className="flex flex-col gap-1.5">
      <p className="font-medium" aria-hidden>
        {title}
      </p>
      {children}
      {fault && <Fault>{fault}</Fault>}
    </div>
  )
}

type AdvancedProps = { settings: ExportSettings; change: (part: Partial<ExportSettings>) => void; faults: Faults }

function Advanced({ settings, change, faults }: AdvancedProps) {
  const fault = faults.crossfade_seconds
  return (
    <details className="group rounded-lg border border-border" open={fault !== undefined || undefined}>
      <summary className="flex h-10 list-none items-center gap-2 rounded-lg px-3 font-medium">
        <ChevronRight className="size-4 text-muted transition-transform group-open:rotate-90" aria-hidden />
        Advanced
      </summary>
      <div className="flex flex-col gap-4 border-t border-border p-3">
        <Field label="Crossfade" hint="Seconds by which neighbours overlap; 0 for hard cuts." error={fault}>
          {(control) => (
            <Input
              {...control}
              type="number"
              min={0}
              max={60}
              step={0.1}
              className="w-32!"
              value={settings.crossfade_seconds ?? 0}
              onChange={(event) => change({ crossfade_seconds: Number(event.target.value) })}
            />
          )}
        </Field>
        <Checkbox
          shown
          checked={settings.normalize_audio ?? true}
          onChange={(normalize_audio) => change({ normalize_audio })}
          label="Level the loudness"
          hint="Segments sound equally loud."
        />
        <Checkbox
          shown
          checked={settings.reuse_parts ?? true}
          onChange={(reuse_parts) => change({ reuse_parts })}
          label="Reuse parts"
          hint="What was rendered before is not rendered again. The result is the same."
        />
      </div>
    </details>
  )
}
