// The tasks of one row where they are too many for an element each: painted, found by mouse and by arrow keys, told in words below.
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { Task } from '@/api/gen'
import { useTheme } from '@/hooks/use-theme'
import { plural } from '@/lib/format'
import { CELL_PITCH, painted } from './cells-paint'
import { cellText } from './task-look'

/** However often news arrives: nobody sees more, and the page stays free for its people. */
const PAINT_EVERY_MS = 100

type Props = { tasks: readonly Task[]; node: string; picked: string | undefined; onPick: (task: Task) => void }

export function CellsCanvas({ tasks, node, picked, onPick }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [width, setWidth] = useState(0)
  const [pointed, setPointed] = useState<number>()
  const { shown } = useTheme()
  const noteId = useId()
  const paintedAt = useRef(0)
  const before = useRef('')
  const columns = Math.max(1, Math.floor(width / CELL_PITCH))
  const height = Math.ceil(tasks.length / columns) * CELL_PITCH

  useEffect(() => {
    const element = canvas.current?.parentElement
    if (!element) return undefined
    const watch = new ResizeObserver(() => setWidth(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    if (!canvas.current || width === 0) return undefined
    const element = canvas.current
    const paint = () => {
      paintedAt.current = performance.now()
      painted(element, { tasks, columns, width, height, pointed, picked })
    }
    const moved = before.current !== `${pointed} ${picked}`
    before.current = `${pointed} ${picked}`
    const wait = moved ? 0 : paintedAt.current + PAINT_EVERY_MS - performance.now()
    if (wait <= 0) return paint()
    const timer = setTimeout(paint, wait)
    return () => clearTimeout(timer)
    // oxlint-disable-next-line react/exhaustive-deps -- the theme changes what the colours' names mean
  }, [tasks, columns, width, height, pointed, picked, shown])

  const task = pointed === undefined ? undefined : tasks[pointed]
  const onKey = (event: KeyboardEvent) => {
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key]
    if (by === undefined) return
    event.preventDefault()
    event.stopPropagation()
    setPointed((from = -by) => Math.max(0, Math.min(tasks.length - 1, from + by)))
  }
  return (
    <div className="min-w-0 flex-1">
      <button
        type="button"
        aria-label={`${plural(tasks.length, 'task')} of ${node}: arrows choose one, Enter opens it`}
        aria-describedby={noteId}
        onKeyDown={onKey}
        onPointerMove={({ nativeEvent: { offsetX, offsetY } }) =>
          setPointed(Math.floor(offsetY / CELL_PITCH) * columns + Math.min(columns - 1, Math.floor(offsetX / CELL_PITCH)))
        }
        onClick={() => task && onPick(task)}
        className="block w-full rounded-xs"
      >
        <canvas ref={canvas} style={{ width, height }} className="block" />
      </button>
      <p id={noteId} role="status" className="mt-1 min-h-5 truncate text-sm text-muted">
        {task ? cellText(task, node) : ''}
      </p>
    </div>
  )
}
