// A segment on the time line: its two handles are sliders, and the bar between them can be taken and shifted.
import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import { cn } from '@/lib/class-names'
import { timecode } from '@/lib/format'
import type { Segment } from './segments'
import type { Editor } from './use-editor'

type Props = { editor: Editor; segment: Segment; number: number; pixelsPerSecond: number }

export function SegmentBar({ editor, segment, number, pixelsPerSecond }: Props) {
  const { id, start, end, picked, label } = segment
  const selected = editor.selected?.id === id
  // The whole video cannot be shifted: over it, another segment is drawn.
  const fixed = editor.untouched?.id === id
  const origin = useRef<{ x: number; segment: Segment } | undefined>(undefined)
  const take = (event: PointerEvent) => {
    if (fixed) return
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    origin.current = { x: event.clientX, segment }
    editor.select(id)
  }
  const drag = (event: PointerEvent) => {
    const from = origin.current
    if (!from || Math.abs(event.clientX - from.x) < 2) return
    editor.shift(from.segment, (event.clientX - from.x) / pixelsPerSecond, `${id}.whole`)
  }
  const drop = () => {
    origin.current = undefined
    editor.drop()
  }
  const name = label || `Segment ${number}`
  return (
    <div
      role="group"
      aria-label={name}
      className={cn(
        'absolute top-1 bottom-1 rounded-md border-2',
        selected ? 'z-10 border-primary bg-primary/40' : 'border-primary/70 bg-primary/25',
        !picked && 'border-dashed opacity-50',
      )}
      style={{ left: start * pixelsPerSecond, width: Math.max(2, (end - start) * pixelsPerSecond) }}
    >
      <button
        type="button"
        aria-pressed={selected}
        aria-label={`Select ${name}`}
        onPointerDown={take}
        onPointerMove={drag}
        onPointerUp={drop}
        onPointerCancel={drop}
        onClick={() => editor.select(id)}
        className={cn(
          'absolute inset-0 truncate px-7 text-left text-sm',
          fixed ? 'cursor-crosshair' : 'cursor-grab touch-none active:cursor-grabbing',
        )}
      >
        <span className="rounded-sm bg-card/85 px-1">{name}</span>
      </button>
      <Handle editor={editor} segment={segment} name={name} edge="start" pixelsPerSecond={pixelsPerSecond} />
      <Handle editor={editor} segment={segment} name={name} edge="end" pixelsPerSecond={pixelsPerSecond} />
    </div>
  )
}

type HandleProps = Omit<Props, 'number'> & { edge: 'start' | 'end'; name: string }

function Handle({ editor, segment, edge, name, pixelsPerSecond }: HandleProps) {
  const origin = useRef<{ x: number; at: number } | undefined>(undefined)
  const [held, setHeld] = useState(false)
  const at = segment[edge]
  const frame = 1 / editor.limits.frameRate
  const take = (event: PointerEvent) => {
    event.stopPropagation()
    event.currentTarget.setPointerCapture(event.pointerId)
    origin.current = { x: event.clientX, at }
    setHeld(true)
    editor.select(segment.id)
  }
  const drag = (event: PointerEvent) => {
    const from = origin.current
    if (from) editor.trim(segment, edge, from.at + (event.clientX - from.x) / pixelsPerSecond, `${segment.id}.${edge}`)
  }
  const drop = () => {
    origin.current = undefined
    setHeld(false)
    editor.drop()
  }
  const onKey = (event: KeyboardEvent) => {
    const steps: Record<string, number> = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }
    const step = steps[event.key]
    if (step === undefined || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    editor.select(segment.id)
    editor.trim(segment, edge, at + step * (event.shiftKey ? 1 : frame))
  }
  return (
    <span
      role="slider"
      tabIndex={0}
      aria-label={`${edge === 'start' ? 'Start' : 'End'} of ${name}`}
      aria-valuemin={edge === 'start' ? 0 : Number((segment.start + frame).toFixed(3))}
      aria-valuemax={edge === 'start' ? Number((segment.end - frame).toFixed(3)) : editor.limits.length}
      aria-valuenow={Number(at.toFixed(3))}
      aria-valuetext={timecode(at)}
      onPointerDown={take}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={drop}
      onKeyDown={onKey}
      className={cn(
        // One above, one below: where segments touch, or one is narrow, both can still be taken.
        'absolute grid size-6 cursor-ew-resize touch-none place-items-center bg-primary',
        edge === 'start' ? 'top-0 left-0 rounded-br-md' : 'right-0 bottom-0 rounded-tl-md',
      )}
    >
      <span className="h-3 w-0.5 rounded-full bg-on-primary" aria-hidden />
      {held && (
        <span
          aria-hidden
          className={cn(
            'figures absolute top-1/2 z-20 -translate-y-1/2 rounded-sm bg-raised px-1.5 py-0.5 font-mono text-xs whitespace-nowrap',
            edge === 'start' ? 'left-7' : 'right-7',
          )}
        >
          {timecode(at)}
        </span>
      )}
    </span>
  )
}
