// Tasks as a table: what each is and of which video, its state, where it is, and why it waits.
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { Task } from '@/api/gen'
import { StatusBadge, fillOf } from '@/components/status-badge'
import { Instant } from '@/components/ui/instant'
import { Pager } from '@/components/ui/pager'
import { ProgressBar } from '@/components/ui/progress'
import { Cell, Head, Row, Table } from '@/components/ui/table'
import { lookOf, nameOf, taskLine } from './task-look'

type Props = { tasks: readonly Task[]; label: string; nodeName?: (id: string) => string; onPick?: (task: Task) => void }

/** A page of tasks. */
const PAGE_SIZE = 50

export function TaskTable({ tasks, label, nodeName, onPick }: Props) {
  const [wanted, setPage] = useState(1)
  // There are fewer of them from one moment to the next.
  const page = Math.min(wanted, Math.max(1, Math.ceil(tasks.length / PAGE_SIZE)))
  // Of tasks that all run, nobody asks why they wait.
  const isWaiting = tasks.some(({ waiting, error_message: fault }) => waiting !== undefined || fault !== undefined)
  const shown = tasks.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE)
  return (
    <>
      <Table label={label}>
        <thead>
          <tr>
            <Head>Task</Head>
            <Head>Video</Head>
            <Head>State</Head>
            <Head>Progress</Head>
            <Head className="text-right">Attempt</Head>
            {nodeName && <Head>Node</Head>}
            {isWaiting && <Head>Why it waits</Head>}
            <Head>Created</Head>
          </tr>
        </thead>
        <tbody>
          {shown.map((task) => (
            <Line key={task.id} task={task} isWaiting={isWaiting} nodeName={nodeName} onPick={onPick} />
          ))}
        </tbody>
      </Table>
      {tasks.length > PAGE_SIZE && (
        <div className="border-t border-border">
          <Pager page={page} pageSize={PAGE_SIZE} total={tasks.length} noun="task" onPage={setPage} />
        </div>
      )}
    </>
  )
}

type LineProps = { task: Task; isWaiting: boolean } & Pick<Props, 'nodeName' | 'onPick'>

function Line({ task, isWaiting, nodeName, onPick }: LineProps) {
  const name = nameOf(task)
  const share = task.amount_total > 0 ? (task.amount_done / task.amount_total) * 100 : 0
  return (
    <Row>
      <Cell className="h-10! whitespace-nowrap">
        {onPick ? (
          <button type="button" onClick={() => onPick(task)} className="min-h-6 rounded-sm font-medium hover:underline">
            {name}
          </button>
        ) : task.export_id ? (
          <Link
            to="/ops/queue"
            search={{ export: task.export_id }}
            className="inline-flex min-h-6 items-center rounded-sm font-medium hover:underline"
          >
            {name}
          </Link>
        ) : (
          name
        )}
      </Cell>
      <Cell className="h-10! max-w-56 truncate">{task.filename}</Cell>
      <Cell className="h-10!">
        <StatusBadge status={lookOf(task)} />
      </Cell>
      <Cell className="h-10! min-w-32">
        <ProgressBar value={share} label={`Progress of ${name}`} text={taskLine(task)} tone={fillOf(lookOf(task))} className="h-1.5!" />
      </Cell>
      <Cell className="h-10! text-right">{task.attempt}</Cell>
      {nodeName && <Cell className="h-10!">{task.node_id ? nodeName(task.node_id) : '–'}</Cell>}
      {isWaiting && <Cell className="h-10! min-w-56 text-muted">{task.waiting?.message ?? task.error_message ?? '–'}</Cell>}
      <Cell className="h-10! whitespace-nowrap text-muted">
        <Instant at={task.created_at} />
      </Cell>
    </Row>
  )
}
