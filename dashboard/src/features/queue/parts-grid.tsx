// Every open task of the farm as a cell, one row for each node and one for what nobody has: the farm at work, live.
import { type KeyboardEvent, useRef } from 'react'
import type { Node, Task } from '@/api/gen'
import { type TaskState as Look, fillOf, wordOf } from '@/components/status-badge'
import { Tooltip } from '@/components/ui/tooltip'
import { cn } from '@/lib/class-names'
import { plural } from '@/lib/format'
import { busySlots } from '@/lib/slots'
import { CellsCanvas } from './cells-canvas'
import { cellText, lookOf } from './task-look'

/** More cells than this are too many for an element each: they are painted. */
const CELLS_MAX = 2000

type GridRow = { id: string; name: string; note: string; empty: string; tasks: Task[] }

/** What each node has, and what nobody has. Nodes without tasks keep their row: that one does nothing is worth a look. */
export function rowsOf(nodes: readonly Node[], tasks: readonly Task[]): GridRow[] {
  const byNode = new Map<string, Task[]>(nodes.map(({ id }) => [id, []]))
  const unassigned: Task[] = []
  for (const task of tasks) {
    const own = task.state === 'ready' || task.node_id === undefined ? unassigned : byNode.get(task.node_id)
    ;(own ?? unassigned).push(task)
  }
  const rows = nodes.map((node) => ({
    id: node.id,
    name: node.name,
    note: node.connected ? `${busySlots(node)} of ${plural(node.slots, 'slot')}` : 'offline',
    empty: node.idle?.message ?? 'nothing',
    tasks: byNode.get(node.id) ?? [],
  }))
  return [...rows, { id: 'none', name: 'Unassigned', note: plural(unassigned.length, 'task'), empty: 'nothing', tasks: unassigned }]
}

type Props = {
  nodes: readonly Node[]
  tasks: readonly Task[]
  picked: string | undefined
  onPick: (task: Task) => void
}

export function PartsGrid({ nodes, tasks, picked, onPick }: Props) {
  const grid = useRef<HTMLDivElement>(null)
  const rows = rowsOf(nodes, tasks)
  const many = tasks.length > CELLS_MAX
  const cells = () => [...(grid.current?.querySelectorAll<HTMLButtonElement>('[data-cell]') ?? [])]
  /** Arrows go along a row, and up and down to the cell that is nearest there. */
  const onKey = (event: KeyboardEvent) => {
    const all = cells()
    const index = all.indexOf(document.activeElement as HTMLButtonElement)
    const from = all[index]
    if (!from || !event.key.startsWith('Arrow')) return
    event.preventDefault()
    const along = { ArrowLeft: index - 1, ArrowRight: index + 1 }[event.key]
    if (along !== undefined) return all[along]?.focus()
    const down = event.key === 'ArrowDown'
    const box = from.getBoundingClientRect()
    const beyond = all.filter((cell) => {
      const other = cell.getBoundingClientRect()
      return down ? other.top > box.top + 1 : other.top < box.top - 1
    })
    const distance = (cell: Element) => {
      const other = cell.getBoundingClientRect()
      return Math.abs(other.top - box.top) * 1000 + Math.abs(other.left - box.left)
    }
    return beyond.sort((a, b) => distance(a) - distance(b))[0]?.focus()
  }
  const first = rows.find((row) => row.tasks.length > 0)?.tasks[0]?.id
  return (
    <div>
      <Legend />
      <div ref={grid} role="grid" aria-label="Tasks by node" tabIndex={-1} onKeyDown={onKey} className="flex flex-col">
        {rows.map((row) => (
          <div key={row.id} role="row" className="flex items-start gap-3 border-t border-border px-4 py-2">
            <div role="rowheader" className="w-28 shrink-0 sm:w-36">
              <p className="truncate font-medium">{row.name}</p>
              <p className="figures text-sm text-muted">{row.note}</p>
            </div>
            <div role="gridcell" className="flex min-h-6 flex-1 flex-wrap gap-0.5">
              {many && row.tasks.length > 0 && (
                <CellsCanvas tasks={row.tasks} node={row.name} picked={picked} onPick={onPick} />
              )}
              {(many ? [] : row.tasks).map((task) => (
                <Cell
                  key={task.id}
                  task={task}
                  node={row.name}
                  picked={task.id === picked}
                  reachable={task.id === (picked ?? first)}
                  onPick={onPick}
                />
              ))}
              {row.tasks.length === 0 && <span className="text-sm text-muted">{row.empty}</span>}
            </div>
          </div>
        ))}
      </div>
    </div>
  )
}

type CellProps = { task: Task; node: string; picked: boolean; reachable: boolean; onPick: (task: Task) => void }

function Cell({ task, node, picked, reachable, onPick }: CellProps) {
  const look = lookOf(task)
  const share = task.amount_total > 0 ? task.amount_done / task.amount_total : 0
  const text = cellText(task, node)
  return (
    <Tooltip text={text}>
      <button
        type="button"
        data-cell
        aria-label={text}
        aria-pressed={picked}
        tabIndex={reachable ? 0 : -1}
        onClick={() => onPick(task)}
        className="grid size-6 place-items-center rounded-xs outline-offset-[-1px] hover:bg-raised aria-pressed:bg-primary-soft"
      >
        <Mark look={look} share={share} />
      </button>
    </Tooltip>
  )
}

/** What stands for a task: another shape for each look, and another colour. */
function Mark({ look, share }: { look: Look; share: number }) {
  return (
    <span
      className={cn(
        'relative shrink-0 overflow-hidden',
        look === 'failed' && 'size-4 scale-75 rotate-45 rounded-xs bg-err',
        look === 'retrying' && 'size-4 rounded-full bg-warn',
        look === 'done' && 'size-4 rounded-xs bg-ok',
        look === 'running' && 'size-4 rounded-xs bg-raised',
        look === 'waiting' && 'size-4 rounded-xs border border-edge',
        look === 'cancelled' && 'h-0.5 w-4 bg-edge',
      )}
    >
      {look === 'running' && (
        <span
          className={cn('absolute inset-x-0 bottom-0 transition-[height] duration-300', fillOf('running'))}
          style={{ height: `${Math.max(25, share * 100)}%` }}
        />
      )}
    </span>
  )
}

function Legend() {
  const looks = ['waiting', 'running', 'retrying', 'done', 'failed'] as const
  return (
    <p className="flex flex-wrap gap-x-5 gap-y-1 px-4 py-2.5 text-sm text-muted" aria-label="What the cells mean">
      {looks.map((look) => (
        <span key={look} className="inline-flex items-center gap-2">
          <Mark look={look} share={0.6} />
          {wordOf(look)}
        </span>
      ))}
    </p>
  )
}
