// Tasks that run for many times as long as such tasks usually take, and a way to have them tried elsewhere.
import { Link } from '@tanstack/react-router'
import { Hourglass, RotateCw } from 'lucide-react'
import type { StuckTask } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { Select } from '@/components/ui/select'
import { duration } from '@/lib/format'
import { FACTORS, type Factor } from './factor'
import { nameOf, taskLine } from './task-look'
import { useRequeue } from './use-requeue'

type Props = {
  stuck: StuckTask[]
  factor: Factor
  onFactor: (factor: Factor) => void
  nodeName: (id: string) => string
}

export function Stuck({ stuck, factor, onFactor, nodeName }: Props) {
  return (
    <Card aria-label="Stuck tasks" className="mt-6">
      <div className="flex flex-wrap items-center gap-3 px-4 py-3">
        <h2 className="flex-1 text-lg font-semibold">Stuck</h2>
        <Select label="Running for" value={factor} onChange={onFactor} choices={FACTORS} />
      </div>
      {stuck.length === 0 && <p className="px-4 pb-4 text-muted">Nothing runs for so long.</p>}
      {stuck.length > 0 && (
        <ul className="divide-y divide-border border-t border-border">
          {stuck.map((one) => (
            <Row key={one.task.id} stuck={one} nodeName={nodeName} />
          ))}
        </ul>
      )}
    </Card>
  )
}

function Row({ stuck: { task, running_seconds, usual_seconds }, nodeName }: { stuck: StuckTask; nodeName: (id: string) => string }) {
  const { requeue, reason } = useRequeue(task)
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <Hourglass className="size-4 shrink-0 text-warn" aria-hidden />
      <div className="min-w-[min(100%,14rem)] flex-1">
        <p className="truncate font-medium">
          {nameOf(task)} of {task.filename}
        </p>
        <p className="text-sm text-muted">
          {taskLine(task)} ·{' '}
          {task.node_id && (
            <Link to="/ops/nodes/$id" params={{ id: task.node_id }} className="underline underline-offset-2">
              {nodeName(task.node_id)}
            </Link>
          )}
        </p>
      </div>
      <p className="figures text-sm">
        {duration(Math.round(running_seconds))} <span className="text-muted">instead of {duration(usual_seconds)}</span>
      </p>
      <Button
        size="sm"
        aria-label={`Requeue ${nameOf(task)}`}
        disabledReason={reason}
        onClick={requeue}
      >
        <RotateCw aria-hidden />
        Requeue
      </Button>
    </li>
  )
}
