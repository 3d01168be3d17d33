// Makes a webhook and shows its secret once, or edits one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { ApiError } from '@/api/error'
import { keys } from '@/api/keys'
import { createWebhook, editWebhook } from '@/api/actions'
import type { EventName, NewWebhook, Webhook } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { Checkbox, Field, Input } from '@/components/ui/field'

const EVENTS: readonly EventName[] = ['export.completed', 'export.failed', 'export.cancelled', 'video.ready', 'video.failed']

type Props = { webhook: Webhook | undefined; onClose: () => void }

export function WebhookDialog({ webhook, onClose }: Props) {
  const [url, setUrl] = useState(webhook?.url ?? '')
  const [name, setName] = useState(webhook?.name ?? '')
  const [events, setEvents] = useState<ReadonlySet<EventName>>(new Set(webhook?.events ?? EVENTS))
  const [secret, setSecret] = useState<string>()
  const cache = useQueryClient()
  const save = useMutation({
    mutationFn: async (body: NewWebhook) => {
      if (webhook) return { secret: undefined, made: await editWebhook(webhook.id, body) }
      return createWebhook(body)
    },
    onSuccess: async (made) => {
      await cache.invalidateQueries({ queryKey: keys.webhooks })
      if (made.secret === undefined) onClose()
      else setSecret(made.secret)
    },
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    const enabled = webhook?.enabled ?? true
    save.mutate({ url: url.trim(), events: [...events], enabled, ...(name.trim() ? { name: name.trim() } : {}) })
  }
  const toggle = (event: EventName, on: boolean) => {
    const next = new Set(events)
    if (on) next.add(event)
    else next.delete(event)
    setEvents(next)
  }
  const refused = save.error instanceof ApiError ? save.error : undefined
  const [atUrl, atName] = [refused?.problemOf('url'), refused?.problemOf('name')]
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={secret ? 'The webhook’s secret' : webhook ? 'Edit webhook' : 'New webhook'}
      description={secret ? 'Messages are signed with it. It is shown this one time.' : undefined}
      footer={
        <>
          <span className="flex-1" />
          <Button onClick={onClose}>{secret ? 'Done' : 'Cancel'}</Button>
          {!secret && (
            <Button type="submit" form="webhook-form" look="primary">
              Save
            </Button>
          )}
        </>
      }
    >
      {secret ? (
        <div className="flex items-center gap-2">
          <code className="min-w-0 flex-1 font-mono text-sm break-all">{secret}</code>
          <CopyButton text={secret} label="Copy secret" />
        </div>
      ) : (
        <form id="webhook-form" onSubmit={submit} className="flex flex-col gap-4">
          {save.error && !atUrl && !atName && <Trouble error={save.error} />}
          <Field label="Address" hint="Messages are sent here by POST." error={atUrl}>
            {(control) => (
              <Input
                {...control}
                type="url"
                required
                placeholder="https://example.org/reelfarm"
                value={url}
                onChange={(event) => setUrl(event.target.value)}
              />
            )}
          </Field>
          <Field label="Name" hint="If empty, it is named after the address." error={atName}>
            {(control) => (
              <Input {...control} maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
          <fieldset className="flex flex-col gap-2">
            <legend className="mb-1.5 font-medium">Events</legend>
            {EVENTS.map((event) => (
              <Checkbox key={event} shown label={event} checked={events.has(event)} onChange={(on) => toggle(event, on)} />
            ))}
          </fieldset>
        </form>
      )}
    </Dialog>
  )
}
