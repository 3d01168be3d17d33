// The farm's machines: how they are, how busy, and letting new ones in.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus, Server } from 'lucide-react'
import { useState } from 'react'
import { nodesQuery } from '@/api/farm-queries'
import type { Node } from '@/api/gen'
import { StatusBadge } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { Instant } from '@/components/ui/instant'
import { ActionsHead, Cell, Head, Row, Table } from '@/components/ui/table'
import { cn } from '@/lib/class-names'
import { plural } from '@/lib/format'
import { busySlots } from '@/lib/slots'
import { EnrolDialog } from './enrol-dialog'
import { idleReason } from './idle'
import { NodeMenu } from './node-menu'
import { Slots } from './slots'

export function NodesPage() {
  const query = useQuery(nodesQuery)
  const [enrolling, setEnrolling] = useState(false)
  const nodes = query.data?.nodes
  const online = nodes?.filter(({ connected }) => connected) ?? []
  const slots = online.reduce((sum, node) => sum + node.slots, 0)
  const busy = online.reduce((sum, node) => sum + busySlots(node), 0)
  return (
    <>
      <PageHeading
        title="Nodes"
        text={nodes && nodes.length > 0 && `${online.length} of ${plural(nodes.length, 'node')} online · ${busy} of ${plural(slots, 'slot')} busy`}
        actions={
          <Button look="primary" onClick={() => setEnrolling(true)}>
            <Plus aria-hidden />
            Add a node
          </Button>
        }
      />
      {query.error && (
        <div className="mb-4">
          <Trouble error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      <Card className={cn('overflow-hidden', query.error && !query.data && 'hidden')}>
        {query.isPending && <Skeleton className="m-4 h-40" />}
        {nodes?.length === 0 && (
          <Empty
            icon={<Server aria-hidden />}
            title="No nodes yet"
            text="A farm needs a machine that renders. Add one, and it takes tasks at once."
            action={<Button onClick={() => setEnrolling(true)}>Add a node</Button>}
          />
        )}
        {nodes && nodes.length > 0 && (
          <Table label="Nodes">
            <thead>
              <tr>
                <Head>Node</Head>
                <Head>State</Head>
                <Head>Slots</Head>
                <Head>Why it is idle</Head>
                <Head>Last heard</Head>
                <Head>Joined</Head>
                <ActionsHead />
              </tr>
            </thead>
            <tbody>
              {nodes.map((node) => (
                <Line key={node.id} node={node} />
              ))}
            </tbody>
          </Table>
        )}
      </Card>
      {enrolling && <EnrolDialog known={nodes ?? []} onClose={() => setEnrolling(false)} />}
    </>
  )
}

function Line({ node }: { node: Node }) {
  return (
    <Row>
      <Cell className="whitespace-nowrap">
        <Link to="/ops/nodes/$id" params={{ id: node.id }} className="rounded-sm font-medium hover:underline">
          {node.name}
        </Link>
      </Cell>
      <Cell>
        <StatusBadge status={node.connected || node.state === 'quarantined' ? node.state : 'offline'} />
      </Cell>
      <Cell>
        <Slots node={node} />
      </Cell>
      <Cell className="min-w-56 text-muted">{idleReason(node) ?? '–'}</Cell>
      <Cell className="whitespace-nowrap text-muted">{node.seen_at ? <Instant at={node.seen_at} /> : 'never'}</Cell>
      <Cell className="whitespace-nowrap text-muted">
        <Instant at={node.created_at} />
      </Cell>
      <Cell className="w-12 text-right">
        <NodeMenu node={node} />
      </Cell>
    </Row>
  )
}
