// Everybody's open exports in the order they are served, and what operators order about them.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Ban, ChevronDown, ChevronUp, Grid2x2, Pause, Play, RotateCw } from 'lucide-react'
import { cancelExport } from '@/api/client'
import { sentence } from '@/api/error'
import { keys } from '@/api/keys'
import { pauseExport, requeueExport, resumeExport, setPriority } from '@/api/farm-actions'
import type { QueuedExport } from '@/api/gen'
import { StatusBadge, fillOf } from '@/components/status-badge'
import { Button } from '@/components/ui/button'
import { useConfirm } from '@/components/ui/confirm'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { ActionsHead, Cell, Head, Row, Table } from '@/components/ui/table'
import { toast } from '@/components/ui/toast'
import { cn } from '@/lib/class-names'
import { duration } from '@/lib/format'

const PRIORITY_STEP = 10
const PRIORITY_MAX = 100

function useOrders() {
  const cache = useQueryClient()
  const confirm = useConfirm()
  const order = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onError: (error) => toast.error('That did not work', { description: sentence(error) }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.queue }),
  })
  const cancel = async ({ id, filename, user_name }: QueuedExport) => {
    const text = `It is ${user_name}’s export of ${filename}. What is not finished of it is thrown away.`
    if (await confirm({ title: 'Cancel this export?', text, action: 'Cancel it' })) order.mutate(() => cancelExport(id))
  }
  return { give: (act: () => Promise<unknown>) => order.mutate(act), cancel }
}

type Props = { exports: readonly QueuedExport[]; picked: string | undefined; onPick: (id: string | undefined) => void }

export function QueuedExports({ exports, picked, onPick }: Props) {
  return (
    <Table label="Open exports">
      <thead>
        <tr>
          <Head>Export</Head>
          <Head>Owner</Head>
          <Head>State</Head>
          <Head>Tasks</Head>
          <Head>Priority</Head>
          <Head className="text-right">Age</Head>
          <ActionsHead />
        </tr>
      </thead>
      <tbody>
        {exports.map((queued) => (
          <Line key={queued.id} queued={queued} picked={queued.id === picked} onPick={onPick} />
        ))}
      </tbody>
    </Table>
  )
}

type LineProps = { queued: QueuedExport; picked: boolean; onPick: Props['onPick'] }

function Line({ queued, picked, onPick }: LineProps) {
  const { give, cancel } = useOrders()
  const { id, filename, priority, paused_at: paused } = queued
  const raise = (by: number) =>
    give(() => setPriority(id, Math.max(-PRIORITY_MAX, Math.min(PRIORITY_MAX, priority + by))))
  return (
    <Row className={cn(picked && 'bg-primary-soft/30')}>
      <Cell className="max-w-72">
        <button
          type="button"
          aria-pressed={picked}
          onClick={() => onPick(picked ? undefined : id)}
          className="block min-h-6 max-w-full truncate rounded-sm text-left font-medium hover:underline"
        >
          {filename}
        </button>
      </Cell>
      <Cell className="text-muted">{queued.user_name}</Cell>
      <Cell>
        <StatusBadge status={paused ? 'paused' : queued.status} />
      </Cell>
      <Cell className="min-w-48">
        <TaskBar queued={queued} />
      </Cell>
      <Cell>
        <span className="inline-flex items-center gap-1">
          <Button size="icon-sm" look="quiet" aria-label={`Lower the priority of ${filename}`} onClick={() => raise(-PRIORITY_STEP)}>
            <ChevronDown aria-hidden />
          </Button>
          <output className="figures w-8 text-center" aria-label={`Priority of ${filename}`}>
            {priority}
          </output>
          <Button size="icon-sm" look="quiet" aria-label={`Raise the priority of ${filename}`} onClick={() => raise(PRIORITY_STEP)}>
            <ChevronUp aria-hidden />
          </Button>
        </span>
      </Cell>
      <Cell className="text-right whitespace-nowrap">{duration(queued.age_seconds)}</Cell>
      <Cell className="w-12 text-right">
        <MoreMenu of={filename}>
          <MenuItem icon={<Grid2x2 aria-hidden />} onSelect={() => onPick(id)}>
            Show its tasks
          </MenuItem>
          {paused ? (
            <MenuItem icon={<Play aria-hidden />} onSelect={() => give(() => resumeExport(id))}>
              Resume
            </MenuItem>
          ) : (
            <MenuItem icon={<Pause aria-hidden />} onSelect={() => give(() => pauseExport(id))}>
              Pause
            </MenuItem>
          )}
          <MenuItem icon={<RotateCw aria-hidden />} onSelect={() => give(() => requeueExport(id))}>
            Requeue what is not done
          </MenuItem>
          <MenuLine />
          <MenuItem danger icon={<Ban aria-hidden />} onSelect={() => void cancel(queued)}>
            Cancel…
          </MenuItem>
        </MoreMenu>
      </Cell>
    </Row>
  )
}

/** A bar in the colours of the tasks' states, with the same in words. */
function TaskBar({ queued: { tasks, filename } }: { queued: QueuedExport }) {
  const pieces = [
    { name: 'done', size: tasks.done, fill: fillOf('done') },
    { name: 'running', size: tasks.leased, fill: fillOf('running') },
    { name: 'failed', size: tasks.poisoned, fill: fillOf('failed') },
    { name: 'waiting', size: tasks.ready, fill: 'bg-raised' },
  ].filter(({ size }) => size > 0)
  const total = pieces.reduce((sum, { size }) => sum + size, 0)
  const words = total === 0 ? 'not planned yet' : pieces.map(({ name, size }) => `${size} ${name}`).join(', ')
  return (
    <>
      <div role="img" aria-label={`Tasks of ${filename}: ${words}`} className="flex h-2 gap-px overflow-hidden rounded-full bg-raised">
        {pieces.map(({ name, size, fill }) => (
          <span key={name} className={fill} style={{ flexGrow: size }} />
        ))}
      </div>
      <p className="figures mt-1 text-sm text-muted" aria-hidden>
        {words}
      </p>
    </>
  )
}
