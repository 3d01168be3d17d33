// Addresses that are told what happens, and what became of every message.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Pause, Pencil, Play, Plus, Trash2, Webhook as WebhookIcon } from 'lucide-react'
import { useState } from 'react'
import { sentence } from '@/api/error'
import { deliveriesQuery, webhooksQuery } from '@/api/farm-queries'
import { keys } from '@/api/keys'
import { deleteWebhook, editWebhook } from '@/api/actions'
import type { Webhook } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { useConfirm } from '@/components/ui/confirm'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { toast } from '@/components/ui/toast'
import { Deliveries } from './deliveries'
import { WebhookDialog } from './webhook-dialog'

export function WebhooksPage() {
  const query = useQuery(webhooksQuery)
  const [opened, setOpened] = useState<Webhook | 'new'>()
  return (
    <>
      <PageHeading
        title="Webhooks"
        text="Your servers are told what happens: signed messages, in order, tried again for a day."
        actions={
          <Button look="primary" onClick={() => setOpened('new')}>
            <Plus aria-hidden />
            New webhook
          </Button>
        }
      />
      {query.error && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton className="h-40" />}
      {query.data?.webhooks.length === 0 && (
        <Card>
          <Empty
            icon={<WebhookIcon aria-hidden />}
            title="No webhooks yet"
            text="A webhook tells your server when an export is done, so that it need not ask."
            action={<Button onClick={() => setOpened('new')}>New webhook</Button>}
          />
        </Card>
      )}
      <div className="flex flex-col gap-4">
        {query.data?.webhooks.map((webhook) => (
          <One key={webhook.id} webhook={webhook} onEdit={() => setOpened(webhook)} />
        ))}
      </div>
      {opened && <WebhookDialog webhook={opened === 'new' ? undefined : opened} onClose={() => setOpened(undefined)} />}
    </>
  )
}

function One({ webhook, onEdit }: { webhook: Webhook; onEdit: () => void }) {
  const cache = useQueryClient()
  const confirm = useConfirm()
  const order = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onError: (error) => toast.error('That did not work', { description: sentence(error) }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.webhooks }),
  })
  const { id, name, url, events, enabled } = webhook
  const remove = async () => {
    const text = 'What it was not yet told, it is never told.'
    if (await confirm({ title: `Delete ${name}?`, text, action: 'Delete it' })) order.mutate(() => deleteWebhook(id).then(forget))
  }
  /** What is gone is asked nothing more, not even by the list that is still there for a moment. */
  const forget = () => {
    cache.removeQueries({ queryKey: deliveriesQuery(id).queryKey })
    cache.setQueryData(webhooksQuery.queryKey, (known) => known && { ...known, webhooks: known.webhooks.filter((one) => one.id !== id) })
  }
  return (
    <Card aria-label={name}>
      <div className="flex items-center gap-3 border-b border-border px-4 py-3">
        <div className="min-w-0 flex-1">
          <h2 className="truncate font-semibold">
            {name}
            {!enabled && <span className="font-normal text-muted"> · switched off</span>}
          </h2>
          <p className="truncate text-sm text-muted">
            {url} · {events.join(', ')}
          </p>
        </div>
        <MoreMenu of={name}>
          <MenuItem icon={<Pencil aria-hidden />} onSelect={onEdit}>
            Edit
          </MenuItem>
          <MenuItem
            icon={enabled ? <Pause aria-hidden /> : <Play aria-hidden />}
            onSelect={() => order.mutate(() => editWebhook(id, { url, name, events, enabled: !enabled }))}
          >
            {enabled ? 'Switch off' : 'Switch on'}
          </MenuItem>
          <MenuLine />
          <MenuItem danger icon={<Trash2 aria-hidden />} onSelect={() => void remove()}>
            Delete…
          </MenuItem>
        </MoreMenu>
      </div>
      <Deliveries webhook={webhook} />
    </Card>
  )
}
