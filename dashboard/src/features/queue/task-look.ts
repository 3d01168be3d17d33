// Which look a task has: its state, and whether it was tried before.
import type { Task } from '@/api/gen'
import { type TaskState as Look, wordOf } from '@/components/status-badge'

export function lookOf({ state, failures }: Pick<Task, 'state' | 'failures'>): Look {
  switch (state) {
    case 'ready':
      return failures > 0 ? 'retrying' : 'waiting'
    case 'leased':
      return 'running'
    case 'done':
      return 'done'
    case 'poisoned':
      return 'failed'
    case 'dropped':
      return 'cancelled'
  }
}

/** `picture, 120 of 300 frames`: what it is and how far. */
export function taskLine({ kind, amount_done, amount_total }: Task): string {
  const unit = kind === 'picture' ? 'frames' : 'ms'
  return amount_total > 0 ? `${kind}, ${amount_done} of ${amount_total} ${unit}` : kind
}

/** `Picture 4f3a12`: what people call it. */
export const nameOf = ({ id, kind }: Pick<Task, 'id' | 'kind'>): string =>
  `${kind.charAt(0).toUpperCase()}${kind.slice(1)} ${shortId(id)}`

/** A task in one sentence, as its cell says it. */
export function cellText(task: Task, node: string): string {
  const text = `${nameOf(task)} of ${task.filename}: ${wordOf(lookOf(task))}, ${taskLine(task)}, attempt ${task.attempt}, ${node}`
  return task.waiting ? `${text}. ${task.waiting.message}` : text
}

/** The end of an id, by which people tell tasks apart. */
export const shortId = (id: string): string => id.slice(-6)
