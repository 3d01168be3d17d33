// Makes a preset, or edits one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import type { ExportSettings } from '@/api/client'
import { ApiError } from '@/api/error'
import { createPreset, editPreset } from '@/api/actions'
import type { Preset } from '@/api/gen'
import { keys } from '@/api/keys'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/field'
import { FARM_DEFAULTS, SettingsFields } from '@/features/exports'

/** `preset` is one to edit; `settings` is what a new one begins with. */
type Props = { preset?: Preset | undefined; settings?: ExportSettings | undefined; onClose: () => void }

export function PresetDialog({ preset, settings: first, onClose }: Props) {
  const [name, setName] = useState(preset?.name ?? '')
  const [settings, setSettings] = useState({ ...FARM_DEFAULTS, ...(preset?.settings ?? first) })
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: (body: { name: string; settings: ExportSettings }) =>
      preset ? editPreset(preset.id, body) : createPreset(body),
    onSuccess: () => {
      onClose()
      void cache.invalidateQueries({ queryKey: keys.settings })
    },
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    save.mutate({ name: name.trim(), settings })
  }
  const atName = save.error instanceof ApiError ? save.error.problemOf('name') : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={preset ? 'Edit preset' : 'New preset'}
      className="sm:max-w-2xl!"
      footer={
        <>
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="preset-form" look="primary">
            Save preset
          </Button>
        </>
      }
    >
      <form id="preset-form" onSubmit={submit} className="flex flex-col gap-4">
        {save.error && atName === undefined && <Trouble error={save.error} />}
        <Field label="Name" error={atName}>
          {(control) => (
            <Input {...control} required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <SettingsFields settings={settings} onChange={setSettings} />
      </form>
    </Dialog>
  )
}
