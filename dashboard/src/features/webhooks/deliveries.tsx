// The last messages of a webhook, and sending them again.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import { sentence } from '@/api/error'
import { deliveriesQuery } from '@/api/farm-queries'
import { keys } from '@/api/keys'
import { replayDeliveries } from '@/api/actions'
import type { Delivery, Webhook } from '@/api/gen'
import { StatusBadge } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { Skeleton, Trouble } from '@/components/ui/card'
import { Instant } from '@/components/ui/instant'
import { ActionsHead, Cell, Head, Row, Table } from '@/components/ui/table'
import { toast } from '@/components/ui/toast'
import { plural } from '@/lib/format'

const LOOKS = { pending: 'waiting', delivered: 'done', failed: 'failed' } as const

function outcomeOf({ last_status: status, last_error: error }: Delivery): string {
  if (error) return error
  return status === undefined ? '–' : `answered ${status}`
}

export function Deliveries({ webhook }: { webhook: Webhook }) {
  const query = useQuery(deliveriesQuery(webhook.id))
  const cache = useQueryClient()
  const replay = useMutation({
    mutationFn: (delivery?: string) => replayDeliveries(webhook.id, delivery),
    onSuccess: ({ deliveries }) => toast.success(`${plural(deliveries, 'message')} sent again`),
    onError: (error) => toast.error('Not sent again', { description: sentence(error) }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.webhooks }),
  })
  const deliveries = query.data?.deliveries ?? []
  const failed = deliveries.filter(({ state }) => state === 'failed').length
  if (query.error) return <Trouble error={query.error} onRetry={() => void query.refetch()} />
  if (query.isPending) return <Skeleton className="m-4 h-16" />
  if (deliveries.length === 0) return <p className="p-4 text-muted">Nothing has happened since it was made.</p>
  return (
    <>
      <Table label={`Messages of ${webhook.name}`} className="max-h-72 overflow-y-auto">
        <thead>
          <tr>
            <Head>Event</Head>
            <Head>State</Head>
            <Head className="text-right">Attempts</Head>
            <Head>Outcome</Head>
            <Head>When</Head>
            <ActionsHead />
          </tr>
        </thead>
        <tbody>
          {deliveries.map((delivery) => (
            <Row key={delivery.id}>
              <Cell className="h-10! font-medium">{delivery.event}</Cell>
              <Cell className="h-10!">
                <StatusBadge status={LOOKS[delivery.state]} />
              </Cell>
              <Cell className="h-10! text-right">{delivery.attempts}</Cell>
              <Cell className="h-10! min-w-56 text-muted">{outcomeOf(delivery)}</Cell>
              <Cell className="h-10! whitespace-nowrap text-muted">
                <Instant at={delivery.created_at} />
              </Cell>
              <Cell className="h-10! text-right">
                <Button
                  size="icon-sm"
                  look="quiet"
                  aria-label={`Send ${delivery.event} again`}
                  onClick={() => replay.mutate(delivery.id)}
                >
                  <RotateCw aria-hidden />
                </Button>
              </Cell>
            </Row>
          ))}
        </tbody>
      </Table>
      {failed > 0 && (
        <div className="flex items-center gap-3 border-t border-border px-4 py-2">
          <span className="text-sm text-err">{plural(failed, 'message')} given up</span>
          <Button size="sm" onClick={() => replay.mutate(undefined)}>
            {failed === 1 ? 'Send it again' : 'Send all of them again'}
          </Button>
        </div>
      )}
    </>
  )
}
