// Failed tasks put together by what went wrong, so that one cause is one line. Pure.
import type { Task } from '@/api/gen'

export type FailureGroup = {
  /** What the messages have in common: numbers and ids left out. */
  signature: string
  /** What went wrong, with what its numbers were: `frame 13–2704 is broken`. */
  message: string
  sample: Task
  tasks: Task[]
  exports: string[]
  nodes: string[]
  firstAt: string
  lastAt: string
}

const NUMBERS = /0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+(?:[.:]\d+)*/gi

export const signatureOf = (message: string): string => message.replaceAll(NUMBERS, '…').trim().replace(/…\.$/, '…')

/** One sentence for all of them: a number that differs is shown from the least to the greatest, whatever else differs is left out. */
export function inCommon(messages: readonly string[]): string {
  const [first = ''] = messages
  const values = messages.map((message) => message.match(NUMBERS) ?? [])
  let place = 0
  return first.replaceAll(NUMBERS, () => {
    const own = [...new Set(values.map((found) => found[place] ?? ''))]
    place += 1
    if (own.length === 1) return own[0] ?? ''
    const numbers = own.map(Number)
    return numbers.every(Number.isInteger) ? `${Math.min(...numbers)}–${Math.max(...numbers)}` : '…'
  })
}

const unique = (values: (string | undefined)[]): string[] => [...new Set(values.filter((value) => value !== undefined))]

const messageOf = (task: Task): string => task.error_message ?? 'No reason is known.'

/** The largest group first. */
export function grouped(tasks: readonly Task[]): FailureGroup[] {
  const groups = new Map<string, Task[]>()
  for (const task of tasks) {
    const signature = `${task.kind}: ${signatureOf(messageOf(task))}`
    groups.set(signature, [...(groups.get(signature) ?? []), task])
  }
  const made = [...groups].map(([signature, members]): FailureGroup | undefined => {
    const times = members.map((task) => task.finished_at ?? task.created_at).sort()
    const [sample] = members
    const [firstAt, lastAt] = [times[0], times.at(-1)]
    if (!sample || !firstAt || !lastAt) return undefined
    return {
      signature,
      message: inCommon(members.map(messageOf)),
      sample,
      tasks: members,
      exports: unique(members.map((task) => task.export_id)),
      nodes: unique(members.map((task) => task.node_id)),
      firstAt,
      lastAt,
    }
  })
  return made.filter((group) => group !== undefined).sort((a, b) => b.tasks.length - a.tasks.length)
}
