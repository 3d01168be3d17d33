// The segments somebody is cutting, and every change they may make to them, with undo and redo. Pure: knows no page.

export type Segment = {
  id: string
  /** Seconds of the video; the segment holds the frames that begin in [start, end). */
  start: number
  end: number
  picked: boolean
  label: string
}

export type Change =
  /** `instead` is a segment that the new one takes the place of. */
  | { kind: 'add'; id: string; start: number; end: number; instead?: string | undefined }
  | { kind: 'trim'; id: string; start: number; end: number }
  | { kind: 'remove'; id: string }
  | { kind: 'split'; id: string; at: number; newId: string }
  | { kind: 'duplicate'; id: string; newId: string }
  | { kind: 'move'; id: string; by: number }
  | { kind: 'pick'; id: string; picked: boolean }
  | { kind: 'name'; id: string; label: string }
  | { kind: 'clear' }

/** The segments with the change made; the very same list when it changes nothing. */
export function changed(segments: readonly Segment[], change: Change): readonly Segment[] {
  const index = 'id' in change ? segments.findIndex(({ id }) => id === change.id) : -1
  const found = segments[index]
  if (change.kind === 'add') {
    const others = segments.filter(({ id }) => id !== change.instead)
    return [...others, { id: change.id, start: change.start, end: change.end, picked: true, label: '' }]
  }
  if (change.kind === 'clear') return segments.length === 0 ? segments : []
  if (!found) return segments
  const replaced = (...by: Segment[]) => segments.toSpliced(index, 1, ...by)
  switch (change.kind) {
    case 'trim': {
      if (change.start === found.start && change.end === found.end) return segments
      return replaced({ ...found, start: change.start, end: change.end })
    }
    case 'remove':
      return replaced()
    case 'split': {
      if (change.at <= found.start || change.at >= found.end) return segments
      return replaced({ ...found, end: change.at }, { ...found, id: change.newId, start: change.at })
    }
    case 'duplicate':
      return replaced(found, { ...found, id: change.newId })
    case 'move': {
      const to = Math.max(0, Math.min(segments.length - 1, index + change.by))
      return to === index ? segments : replaced().toSpliced(to, 0, found)
    }
    case 'pick':
      return replaced({ ...found, picked: change.picked })
    case 'name':
      return replaced({ ...found, label: change.label })
  }
}

export type History = {
  past: readonly (readonly Segment[])[]
  now: readonly Segment[]
  future: readonly (readonly Segment[])[]
  /** What is being dragged: one drag is one step back, however many changes it makes. */
  dragging: string | undefined
}

export type Step =
  | { kind: 'change'; change: Change; drag?: string }
  | { kind: 'drop' }
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'load'; segments: readonly Segment[] }

const STEPS_MAX = 200

export const begun = (now: readonly Segment[]): History => ({ past: [], now, future: [], dragging: undefined })

export function stepped(history: History, step: Step): History {
  const { past, now, future, dragging } = history
  switch (step.kind) {
    case 'load':
      return begun(step.segments)
    case 'drop':
      return { ...history, dragging: undefined }
    case 'undo': {
      const before = past.at(-1)
      return before ? { past: past.slice(0, -1), now: before, future: [now, ...future], dragging: undefined } : history
    }
    case 'redo': {
      const [next, ...rest] = future
      return next ? { past: [...past, now], now: next, future: rest, dragging: undefined } : history
    }
    case 'change': {
      const next = changed(now, step.change)
      if (next === now) return history
      const sameDrag = step.drag !== undefined && step.drag === dragging
      return {
        past: sameDrag ? past : [...past, now].slice(-STEPS_MAX),
        now: next,
        future: [],
        dragging: step.drag,
      }
    }
  }
}

export const pickedOf = (segments: readonly Segment[]): readonly Segment[] => segments.filter(({ picked }) => picked)
export const secondsOf = (segments: readonly Segment[]): number =>
  segments.reduce((sum, { start, end }) => sum + end - start, 0)
