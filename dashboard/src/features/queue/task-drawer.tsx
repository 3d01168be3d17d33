// One task, closer: how far, where, what went wrong in plain words and in the media library's own.
import { RotateCw, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { Task } from '@/api/gen'
import { StatusBadge } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { type Fact, Facts } from '@/components/ui/facts'
import { Instant } from '@/components/ui/instant'
import { plural } from '@/lib/format'
import { LogView } from './log-view'
import { lookOf, nameOf, taskLine } from './task-look'
import { useRequeue } from './use-requeue'

type Props = { task: Task; nodeName: (id: string) => string; onClose: () => void }

export function TaskDrawer({ task, nodeName, onClose }: Props) {
  const card = useRef<HTMLDivElement>(null)
  // On a small screen it stands below the grid.
  useEffect(() => {
    card.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const { requeue, reason } = useRequeue(task)
  const facts: Fact[] = [
    ['Video', task.filename],
    ['Work', taskLine(task)],
    ['Node', task.node_id ? nodeName(task.node_id) : 'none'],
    ['Attempt', task.failures > 0 ? `${task.attempt}, after ${plural(task.failures, 'failure')}` : `${task.attempt}`],
    ['Pool', task.pool],
    ['Created', <Instant key="created" at={task.created_at} />],
  ]
  if (task.lease_until) facts.push(['Leased until', <Instant key="lease" at={task.lease_until} />])
  if (task.waiting) facts.push(['Why it waits', task.waiting.message])
  if (task.reused) facts.push(['Reused', 'its part existed already'])
  return (
    <Card ref={card} aria-label="Task" className="sticky top-20 scroll-mt-20">
      <div className="flex items-center gap-2 border-b border-border py-2 pr-2 pl-4">
        <h2 className="flex-1 font-semibold">
          {nameOf(task)}
        </h2>
        <StatusBadge status={lookOf(task)} />
        <Button size="icon-sm" look="quiet" aria-label="Close the task" onClick={onClose}>
          <X aria-hidden />
        </Button>
      </div>
      <Facts facts={facts} className="p-4" />
      <div className="border-t border-border p-4">
        <LogView
          title={task.error_message ?? 'Last failure'}
          text={task.error_detail}
          empty="Nothing has gone wrong with it."
        />
        <div className="mt-3">
          <Button size="sm" disabledReason={reason} onClick={requeue}>
            <RotateCw aria-hidden />
            Requeue
          </Button>
        </div>
      </div>
    </Card>
  )
}
