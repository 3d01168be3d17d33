// Keeps the settings of an order under a name.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { BookmarkPlus } from 'lucide-react'
import { Popover } from 'radix-ui'
import { type SubmitEvent, useState } from 'react'
import type { ExportSettings } from '@/api/client'
import { createPreset } from '@/api/actions'
import { keys } from '@/api/keys'
import { Button } from '@/components/ui/button'
import { Field, Input } from '@/components/ui/field'

export function SavePreset({ settings }: { settings: ExportSettings }) {
  const [open, setOpen] = useState(false)
  const [name, setName] = useState('')
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: createPreset,
    onSuccess: () => {
      setOpen(false)
      setName('')
      void cache.invalidateQueries({ queryKey: keys.settings })
    },
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    // The form lies inside that of the order.
    event.stopPropagation()
    save.mutate({ name: name.trim(), settings })
  }
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button look="quiet" className="max-sm:px-0 max-sm:[&_svg]:hidden">
          <BookmarkPlus aria-hidden />
          Save as preset
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          className="z-60 w-72 rounded-lg border border-border bg-card p-4 shadow-lg"
        >
          <form onSubmit={submit} className="flex flex-col gap-3">
            <Field label="Name of the preset" error={save.error?.message}>
              {(control) => (
                <Input {...control} required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
              )}
            </Field>
            <Button type="submit" look="primary" size="sm">
              Save preset
            </Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
