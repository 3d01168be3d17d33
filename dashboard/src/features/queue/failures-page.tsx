// What went wrong on the farm, one line for each cause: how often, where, and what to do about it.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ChevronRight, CircleCheck, RotateCw } from 'lucide-react'
import { sentence } from '@/api/error'
import { allTasksQuery, nodesQuery, stuckQuery } from '@/api/farm-queries'
import { keys } from '@/api/keys'
import { requeueExport } from '@/api/farm-actions'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { Instant } from '@/components/ui/instant'
import { toast } from '@/components/ui/toast'
import { plural } from '@/lib/format'
import type { Factor } from './factor'
import { type FailureGroup, grouped } from './failure-groups'
import { LogView } from './log-view'
import { Stuck } from './stuck'

type Props = { factor: Factor; onFactor: (factor: Factor) => void }

export function FailuresPage({ factor, onFactor }: Props) {
  const nodes = useQuery(nodesQuery).data?.nodes ?? []
  const nodeName = (id: string) => nodes.find((node) => node.id === id)?.name ?? id.slice(-6)
  const poisoned = useQuery(allTasksQuery({ state: 'poisoned' }))
  const waiting = useQuery(allTasksQuery({ state: 'ready' }, 3))
  const again = waiting.data?.tasks.filter(({ failures }) => failures > 0) ?? []
  const groups = grouped([...(poisoned.data?.tasks ?? []), ...again])
  const stuck = useQuery(stuckQuery(Number(factor)))
  const error = poisoned.error ?? waiting.error ?? stuck.error
  const retry = () => Promise.all([poisoned, waiting, stuck].map(({ refetch }) => refetch()))
  return (
    <>
      <PageHeading title="Failures" text="Tasks that failed for good, those that are being tried again, and those that take too long." />
      {error && <Trouble error={error} onRetry={() => void retry()} />}
      {poisoned.isPending && <Skeleton className="h-40" />}
      {poisoned.data && groups.length === 0 && (
        <Card>
          <Empty icon={<CircleCheck aria-hidden />} title="No failures" text="Every task that was tried went well." />
        </Card>
      )}
      <div className="flex flex-col gap-3">
        {groups.map((group) => (
          <Group key={group.signature} group={group} nodeName={nodeName} />
        ))}
      </div>
      {stuck.data && <Stuck stuck={stuck.data.stuck} factor={factor} onFactor={onFactor} nodeName={nodeName} />}
    </>
  )
}

function Group({ group, nodeName }: { group: FailureGroup; nodeName: (id: string) => string }) {
  const cache = useQueryClient()
  const names = group.nodes.map(nodeName)
  const requeue = useMutation({
    mutationFn: async () => {
      for (const id of group.exports) await requeueExport(id)
    },
    onSuccess: () => toast.success(`${plural(group.exports.length, 'export')} queued anew`),
    onError: (error) => toast.error('Not all were queued anew', { description: sentence(error) }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.queue }),
  })
  return (
    <Card aria-label={group.signature}>
      <details className="group">
        <summary className="flex list-none flex-wrap items-center gap-x-4 gap-y-1 rounded-lg px-4 py-3">
          <ChevronRight className="size-4 text-muted transition-transform group-open:rotate-90" aria-hidden />
          <span className="figures w-12 text-xl font-semibold text-err">{group.tasks.length}×</span>
          <span className="min-w-[min(100%,12rem)] flex-1 font-medium">{group.message}</span>
          <span className="text-sm text-muted">
            {group.sample.kind} · {plural(group.exports.length, 'export')} · {names.length > 0 ? names.join(', ') : 'no node'} · last{' '}
            <Instant at={group.lastAt} />
          </span>
        </summary>
        <div className="border-t border-border p-4">
          <LogView
            title={group.sample.error_message ?? ''}
            text={group.sample.error_detail}
            empty="The media library said nothing more."
          />
          <p className="mt-3 text-sm text-muted">
            First seen <Instant at={group.firstAt} />.
          </p>
          <div className="mt-3 flex gap-2">
            <Button
              size="sm"
              disabledReason={group.exports.length === 0 ? 'No export waits for these tasks.' : undefined}
              onClick={() => requeue.mutate()}
            >
              <RotateCw aria-hidden />
              Requeue all
            </Button>
          </div>
        </div>
      </details>
    </Card>
  )
}
