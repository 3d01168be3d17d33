// The segments along the time line. Drawing over a free place cuts a new one, live.
import { type PointerEvent, useRef } from 'react'
import { SegmentBar } from './segment-bar'
import type { Editor } from './use-editor'

/** Two handles of 24 pixels above each other, and what is around them. */
const HEIGHT_PIXELS = 60
/** A hand that only presses moves less. */
const DRAWN_PIXELS_MIN = 4

type Props = { editor: Editor; pixelsPerSecond: number }

export function SegmentLane({ editor, pixelsPerSecond }: Props) {
  const origin = useRef<{ x: number; at: number; id: string } | undefined>(undefined)
  /** What the bars do not take for themselves arrives here. */
  const take = (event: PointerEvent<HTMLDivElement>) => {
    if (event.button !== 0) return
    const at = (event.clientX - event.currentTarget.getBoundingClientRect().left) / pixelsPerSecond
    origin.current = { x: event.clientX, at, id: crypto.randomUUID() }
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const drag = (event: PointerEvent) => {
    const from = origin.current
    if (!from) return
    const by = event.clientX - from.x
    const isDrawn = editor.segments.some(({ id }) => id === from.id)
    if (isDrawn || Math.abs(by) >= DRAWN_PIXELS_MIN) editor.draw(from.id, from.at, from.at + by / pixelsPerSecond)
  }
  const drop = () => {
    origin.current = undefined
    editor.drop()
  }
  return (
    <div
      className="relative cursor-crosshair touch-pan-x border-t border-border bg-background"
      style={{ height: HEIGHT_PIXELS }}
      onPointerDown={take}
      onPointerMove={drag}
      onPointerUp={drop}
      onPointerCancel={drop}
    >
      {editor.segments.map((segment, index) => (
        <SegmentBar
          key={segment.id}
          editor={editor}
          segment={segment}
          number={index + 1}
          pixelsPerSecond={pixelsPerSecond}
        />
      ))}
    </div>
  )
}
