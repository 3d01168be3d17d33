// The state of an editor: segments with undo, the one that is selected, the clock. A draft outlives the page.
import { useCallback, useEffect, useMemo, useReducer, useState, useSyncExternalStore } from 'react'
import type { Video } from '@/api/gen'
import { clamp, frameStart, shifted, snapped, trimmed } from './geometry'
import { PlayerClock } from './player-clock'
import { type Change, type Segment, begun, stepped } from './segments'

const newId = (): string => crypto.randomUUID()
const draftKey = (video: string): string => `reelfarm.draft.${video}`
/** What a new segment is long, when there is room. */
const NEW_SECONDS = 5

export type Editor = ReturnType<typeof useEditor>

/** The segments somebody left here, or one that is the whole video. */
function draftOf(video: Video): readonly Segment[] {
  const text = localStorage.getItem(draftKey(video.id))
  const whole = { id: newId(), start: 0, end: video.duration_seconds ?? 0, picked: true, label: '' }
  if (text === null) return [whole]
  try {
    const draft: Segment[] = JSON.parse(text)
    return Array.isArray(draft) ? draft : [whole]
  } catch {
    return [whole]
  }
}

export function useEditor(video: Video) {
  const length = video.duration_seconds ?? 0
  const frameRate = video.frame_rate ?? 25
  const limits = useMemo(() => ({ length, frameRate }), [length, frameRate])
  const clock = useMemo(() => new PlayerClock(frameRate, length), [frameRate, length])
  const [history, dispatch] = useReducer(stepped, video, (first) => begun(draftOf(first)))
  const [wanted, select] = useState<string>()
  const segments = history.now
  const selected = segments.find(({ id }) => id === wanted) ?? segments[0]

  useEffect(() => {
    localStorage.setItem(draftKey(video.id), JSON.stringify(segments))
  }, [video.id, segments])

  const change = useCallback(
    (made: Change, drag?: string) => dispatch({ kind: 'change', change: made, ...(drag ? { drag } : {}) }),
    [],
  )
  const here = () => frameStart(clock.time, frameRate)

  /** Moves one end of a segment; the picture shows the frame that is first, or last, inside. */
  const trim = useCallback(
    (segment: Segment, edge: 'start' | 'end', at: number, drag?: string) => {
      const range = trimmed(segment, edge, at, limits)
      change({ kind: 'trim', id: segment.id, ...range }, drag)
      clock.seek(edge === 'start' ? range.start : range.end - 0.5 / frameRate)
    },
    [change, clock, frameRate, limits],
  )
  const shift = useCallback(
    (segment: Segment, by: number, drag?: string) => {
      const range = shifted(segment, by, limits)
      change({ kind: 'trim', id: segment.id, ...range }, drag)
      clock.seek(range.start)
    },
    [change, clock, limits],
  )
  const add = (start = here(), end = Math.min(length, start + NEW_SECONDS)) => {
    const id = newId()
    if (end - start < 1 / frameRate) return
    change({ kind: 'add', id, start, end })
    select(id)
  }
  /** The one segment that is the whole video: nobody has cut anything yet. */
  const [only, second] = segments
  const untouched = only && !second && only.start === 0 && only.end === length ? only : undefined
  /** The segment between two times, as long as somebody draws it. The first that is drawn is what they want of the whole. */
  const draw = (id: string, from: number, to: number) => {
    const [start, end] = [from, to].map((at) => clamp(snapped(at, frameRate), 0, length)).sort((a, b) => a - b) as [number, number]
    if (end - start < 0.5 / frameRate) return
    const drag = `${id}.drawn`
    if (segments.some((segment) => segment.id === id)) change({ kind: 'trim', id, start, end }, drag)
    else change({ kind: 'add', id, start, end, instead: untouched?.id }, drag)
    select(id)
    clock.seek(to < from ? start : end - 0.5 / frameRate)
  }
  const split = () => {
    const at = here()
    const inside = selected && at > selected.start && at < selected.end
    const target = inside ? selected : segments.find(({ start, end }) => at > start && at < end)
    if (target) change({ kind: 'split', id: target.id, at, newId: newId() })
  }
  const remove = (id: string) => {
    const index = segments.findIndex((segment) => segment.id === id)
    change({ kind: 'remove', id })
    select((segments[index + 1] ?? segments[index - 1])?.id)
  }
  const selectNext = (by: 1 | -1) => {
    const index = segments.findIndex(({ id }) => id === selected?.id)
    const next = segments[Math.max(0, Math.min(segments.length - 1, index + by))]
    if (!next) return
    select(next.id)
    clock.seek(next.start)
  }
  return {
    video,
    limits,
    clock,
    segments,
    selected,
    select,
    change,
    drop: useCallback(() => dispatch({ kind: 'drop' }), []),
    undo: () => dispatch({ kind: 'undo' }),
    redo: () => dispatch({ kind: 'redo' }),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    trim,
    shift,
    add,
    untouched,
    draw,
    split,
    remove,
    duplicate: (id: string) => change({ kind: 'duplicate', id, newId: newId() }),
    selectNext,
    /** I and O: the frame on screen becomes the first, or the last, of the selected segment. */
    setEdge: (edge: 'start' | 'end') => {
      const at = edge === 'start' ? here() : here() + 1 / frameRate
      if (!selected) add(edge === 'start' ? here() : 0, edge === 'start' ? length : at)
      else if (edge === 'start' && at >= selected.end) change({ kind: 'trim', id: selected.id, start: at, end: length })
      else if (edge === 'end' && at <= selected.start) change({ kind: 'trim', id: selected.id, start: 0, end: at })
      else trim(selected, edge, at)
    },
  }
}

/** The time of the frame on screen. Only what shows it is drawn again with every frame. */
export const useTime = (clock: PlayerClock): number => useSyncExternalStore(clock.subscribe, () => clock.time)
export const usePlaying = (clock: PlayerClock): boolean => useSyncExternalStore(clock.subscribe, () => clock.playing)
