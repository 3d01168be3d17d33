// The grid of tasks alone, with as many cells and as much going on as an address asks for: `?cells=10000&changes=200`. For measuring.
import { useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { TooltipProvider } from '../src/components/ui/tooltip'
import { PartsGrid } from '../src/features/queue'
import '../src/index.css'
import type { Task, TaskState } from '../src/api/gen'
import { ago, id } from './clock'
import { me, nodes } from './data'

const asked = new URLSearchParams(location.search)
const CELLS = Number(asked.get('cells') ?? 10_000)
const CHANGES = Number(asked.get('changes') ?? 200)
const STATES: readonly TaskState[] = ['ready', 'leased', 'done', 'poisoned']

const first = Array.from({ length: CELLS }, (_, number): Task => {
  const node = nodes[number % nodes.length]
  return {
    id: id(11, number),
    kind: 'picture',
    state: 'ready',
    pool: 'x264',
    user_id: me.id,
    video_id: id(2, 1),
    filename: 'film.mp4',
    export_id: id(3, 1),
    attempt: 1,
    failures: 0,
    amount_total: 240,
    amount_done: 0,
    reused: false,
    created_at: ago(300),
    ...(node ? { node_id: node.id } : {}),
  }
})

/** So many tasks are in another state than before. */
function moved(tasks: readonly Task[], turn: number): Task[] {
  const next = [...tasks]
  for (let change = 0; change < CHANGES; change += 1) {
    const index = (turn * 7919 + change * 104_729) % next.length
    const task = next[index]
    if (!task) continue
    const state = STATES[(turn + change) % STATES.length] ?? 'ready'
    next[index] = { ...task, state, amount_done: (turn * 13 + change) % 240, failures: change % 9 === 0 ? 1 : 0 }
  }
  return next
}

function Busy() {
  const [tasks, setTasks] = useState(first)
  const [picked, setPicked] = useState<string>()
  useEffect(() => {
    let turn = 0
    let frame = requestAnimationFrame(function next() {
      turn += 1
      setTasks((known) => moved(known, turn))
      frame = requestAnimationFrame(next)
    })
    return () => cancelAnimationFrame(frame)
  }, [])
  return <PartsGrid nodes={nodes} tasks={tasks} picked={picked} onPick={(task) => setPicked(task.id)} />
}

const root = document.getElementById('root')
if (!root) throw new Error('grid.html has no #root')
createRoot(root).render(
  <TooltipProvider>
    <Busy />
  </TooltipProvider>,
)
