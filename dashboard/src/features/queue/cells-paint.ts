// Paints cells: colour and shape for each state, the same as those of the elements. Only what changed is painted again.
import type { Task } from '@/api/gen'
import { colourOf } from '@/components/status-badge'
import { lookOf } from './task-look'

/** From one cell to the next, in pixels. */
export const CELL_PITCH = 14
const SIZE = 11

type Scene = {
  tasks: readonly Task[]
  columns: number
  width: number
  height: number
  pointed: number | undefined
  picked: string | undefined
}
/** What a canvas shows. */
type Shown = { layout: string; tasks: readonly Task[]; marked: readonly number[] }

const shownOn = new WeakMap<HTMLCanvasElement, Shown>()

export function painted(canvas: HTMLCanvasElement, { tasks, columns, width, height, pointed, picked }: Scene): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const style = getComputedStyle(canvas)
  const colour = (name: string) => style.getPropertyValue(name)
  const [base, mark] = [colour('--raised'), colour('--primary')]
  const scale = window.devicePixelRatio || 1
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)]
  const layout = [columns, wide, high, base, mark].join(' ')
  const before = shownOn.get(canvas)
  const afresh = before?.layout !== layout
  // Setting the size clears all of it.
  if (afresh) Object.assign(canvas, { width: wide, height: high })
  context.setTransform(scale, 0, 0, scale, 0, 0)

  const place = (index: number) => [(index % columns) * CELL_PITCH, Math.floor(index / columns) * CELL_PITCH] as const
  const pickedAt = picked === undefined ? -1 : tasks.findIndex(({ id }) => id === picked)
  const marked = [pointed ?? -1, pickedAt].filter((index) => index >= 0 && index < tasks.length)
  const unmarked = new Set(before?.marked)
  const colours = new Map<string, string>()
  for (const [index, task] of tasks.entries()) {
    // The query cache keeps what did not change the same object.
    if (!afresh && before.tasks[index] === task && !unmarked.has(index)) continue
    const [x, y] = place(index)
    const name = colourOf(lookOf(task))
    const fill = colours.get(name) ?? colour(name)
    colours.set(name, fill)
    if (!afresh) context.clearRect(x, y, CELL_PITCH, CELL_PITCH)
    cell(context, x, y, task, fill, base)
  }
  for (let index = tasks.length; index < (afresh ? 0 : before.tasks.length); index += 1) {
    context.clearRect(...place(index), CELL_PITCH, CELL_PITCH)
  }
  context.strokeStyle = mark
  context.lineWidth = 2
  for (const index of marked) {
    const [x, y] = place(index)
    context.strokeRect(x + 1, y + 1, SIZE - 2, SIZE - 2)
  }
  context.lineWidth = 1
  shownOn.set(canvas, { layout, tasks, marked })
}

function cell(context: CanvasRenderingContext2D, x: number, y: number, task: Task, fill: string, base: string): void {
  const middle = SIZE / 2
  context.fillStyle = fill
  switch (lookOf(task)) {
    case 'waiting':
      context.strokeStyle = fill
      context.strokeRect(x + 0.5, y + 0.5, SIZE - 1, SIZE - 1)
      break
    case 'running': {
      const share = task.amount_total > 0 ? task.amount_done / task.amount_total : 0
      const level = Math.max(0.25, share) * SIZE
      context.fillStyle = base
      context.fillRect(x, y, SIZE, SIZE)
      context.fillStyle = fill
      context.fillRect(x, y + SIZE - level, SIZE, level)
      break
    }
    case 'retrying':
      context.beginPath()
      context.arc(x + middle, y + middle, middle, 0, 2 * Math.PI)
      context.fill()
      break
    case 'failed':
      context.beginPath()
      context.moveTo(x + middle, y)
      context.lineTo(x + SIZE, y + middle)
      context.lineTo(x + middle, y + SIZE)
      context.lineTo(x, y + middle)
      context.fill()
      break
    case 'cancelled':
      context.fillRect(x, y + middle - 1, SIZE, 2)
      break
    case 'done':
      context.fillRect(x, y, SIZE, SIZE)
  }
}
