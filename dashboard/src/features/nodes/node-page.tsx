// One node: how it is, what it can do, and what it does now.
import { useSuspenseQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { nodeQuery } from '@/api/farm-queries'
import type { NodeDetails } from '@/api/gen'
import { StatusBadge } from '@/components/status-badge'
import { Card, PageHeading } from '@/components/ui/card'
import { type Fact, Facts } from '@/components/ui/facts'
import { Instant } from '@/components/ui/instant'
import { TaskTable } from '@/features/queue'
import { Gpu } from './gpu'
import { idleReason } from './idle'
import { Load } from './load'
import { NodeMenu } from './node-menu'
import { Slots } from './slots'

export function NodePage({ id }: { id: string }) {
  const { data, dataUpdatedAt } = useSuspenseQuery(nodeQuery(id))
  const navigate = useNavigate()
  const { node, facts, tasks } = data
  const reason = idleReason(node)
  return (
    <>
      <PageHeading
        title={node.name}
        text={facts?.host}
        actions={
          <>
            <StatusBadge status={node.connected || node.state === 'quarantined' ? node.state : 'offline'} />
            <NodeMenu node={node} onRemoved={() => void navigate({ to: '/ops/nodes' })} />
          </>
        }
      />
      <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="grid grid-cols-[minmax(0,1fr)] gap-5">
          <Card className="overflow-hidden" aria-label="Tasks">
            <h2 className="border-b border-border px-4 py-3 font-semibold">What it does now</h2>
            {tasks.length > 0 ? (
              <TaskTable tasks={tasks} label="Tasks of the node" />
            ) : (
              <p className="p-4 text-muted">{reason ?? 'Nothing.'}</p>
            )}
          </Card>
          <Load node={node} at={dataUpdatedAt} />
        </div>
        <div className="grid gap-5">
          <Known details={data} reason={reason} />
          {facts && <Gpu encoders={facts.encoders} />}
        </div>
      </div>
    </>
  )
}

function Known({ details: { node, facts }, reason }: { details: NodeDetails; reason: string | undefined }) {
  const known: Fact[] = [
    ['Slots', <Slots key="slots" node={node} />],
    ['Last heard', node.seen_at ? <Instant key="seen" at={node.seen_at} /> : 'never'],
    ['Joined', <Instant key="joined" at={node.created_at} />],
  ]
  if (reason) known.splice(1, 0, ['Why it is idle', reason])
  if (node.quarantined_at) known.push(['Quarantined', <Instant key="kept" at={node.quarantined_at} />])
  if (facts) {
    known.push(
      ['Version', facts.version],
      ['Processors', facts.cpu_count],
      ['Media library', facts.media_library],
      ['Sandbox', facts.sandbox_layers.join(', ') || 'none'],
    )
  }
  return (
    <Card className="p-4" aria-label="Facts">
      <Facts facts={known} />
      {facts && (
        <>
          <h2 className="mt-4 mb-1 font-semibold">Encoders</h2>
          <ul className="flex flex-col gap-1">
            {facts.encoders.map(({ family, identity }) => (
              <li key={identity} className="flex flex-col">
                <span>{family}</span>
                <code className="font-mono text-xs break-all text-muted">{identity}</code>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  )
}
