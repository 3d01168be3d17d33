// The time line: ruler, filmstrip, waveform and segments above each other, zoomed and scrolled together.
import { Minus, Plus, Scan } from 'lucide-react'
import { type PointerEvent, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { Preview } from '@/api/gen'
import type { Peaks } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Filmstrip } from './filmstrip'
import { clamp, zoomRange } from './geometry'
import { Ruler } from './ruler'
import { SegmentLane } from './segment-lane'
import { type Editor, usePlaying, useTime } from './use-editor'
import { Waveform } from './waveform'

const FILMSTRIP_PIXELS = 52
const WAVEFORM_PIXELS = 56
const ZOOM_STEP = 1.6

export type View = ReturnType<typeof useView>

/** What of the time line is in view: how wide a second is, and where the scrolled part begins. */
export function useView(editor: Editor) {
  const scroller = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(800)
  const [left, setLeft] = useState(0)
  const [wish, setWish] = useState<number>()
  const { low, high } = zoomRange(width, editor.limits.length, editor.limits.frameRate)
  const pixelsPerSecond = clamp(wish ?? low, low, high)
  useEffect(() => {
    const element = scroller.current
    if (!element) return undefined
    const watch = new ResizeObserver(() => setWidth(element.clientWidth))
    watch.observe(element)
    return () => watch.disconnect()
  }, [])
  // The frame at the playhead stays where it is on the screen.
  const anchor = useRef<number | undefined>(undefined)
  const zoomTo = (next: number) => {
    const x = editor.clock.time * pixelsPerSecond - left
    anchor.current = x >= 0 && x <= width ? x : width / 2
    setWish(clamp(next, low, high))
  }
  useLayoutEffect(() => {
    if (anchor.current === undefined || !scroller.current) return
    scroller.current.scrollLeft = editor.clock.time * pixelsPerSecond - anchor.current
    anchor.current = undefined
  }, [pixelsPerSecond, editor.clock])
  return {
    scroller,
    width,
    left,
    setLeft,
    pixelsPerSecond,
    from: left / pixelsPerSecond,
    to: (left + width) / pixelsPerSecond,
    low,
    high,
    zoomTo,
    zoomBy: (steps: number) => zoomTo(pixelsPerSecond * ZOOM_STEP ** steps),
  }
}

type Props = { editor: Editor; view: View; preview: Preview | undefined; peaks: Peaks | undefined }

export function Timeline({ editor, view, preview, peaks }: Props) {
  const { pixelsPerSecond, from, to, width } = view
  const { length, frameRate } = editor.limits
  const scale = { pixelsPerSecond, from, to, length }
  return (
    <section aria-label="Time line" className="rounded-lg border border-border bg-card">
      <div
        ref={view.scroller}
        onScroll={(event) => view.setLeft(event.currentTarget.scrollLeft)}
        className="relative isolate overflow-x-auto overflow-y-hidden"
      >
        <div style={{ width: length * pixelsPerSecond }} className="relative min-w-full">
          <Scrub editor={editor} pixelsPerSecond={pixelsPerSecond}>
            <Ruler {...scale} frameRate={frameRate} />
            {/* Their room is kept while they are made: nothing jumps when they come. */}
            <div style={{ height: FILMSTRIP_PIXELS }}>
              {!preview && <p className="p-4 text-sm text-muted">Thumbnails and waveform come with the preview.</p>}
              {preview && <Filmstrip {...scale} sprite={preview.sprite} height={FILMSTRIP_PIXELS} />}
            </div>
            <div className="sticky left-0" style={{ width, height: WAVEFORM_PIXELS }}>
              {peaks && (
                <Waveform
                  peaks={peaks}
                  pixelsPerSecond={pixelsPerSecond}
                  from={from}
                  width={width}
                  height={WAVEFORM_PIXELS}
                />
              )}
            </div>
          </Scrub>
          <SegmentLane editor={editor} pixelsPerSecond={pixelsPerSecond} />
          <Playhead editor={editor} pixelsPerSecond={pixelsPerSecond} scroller={view.scroller} />
        </div>
      </div>
      <ZoomBar view={view} />
    </section>
  )
}

/** Pressing and pulling anywhere over the pictures moves the playhead. */
function Scrub({ editor, pixelsPerSecond, children }: { editor: Editor; pixelsPerSecond: number; children: React.ReactNode }) {
  const time = useTime(editor.clock)
  const go = (event: PointerEvent<HTMLDivElement>) => {
    const x = event.clientX - event.currentTarget.getBoundingClientRect().left
    editor.clock.seek(x / pixelsPerSecond)
  }
  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label="Playhead"
      aria-valuemin={0}
      aria-valuemax={editor.limits.length}
      aria-valuenow={Number(time.toFixed(3))}
      className={
        'relative cursor-col-resize touch-none outline-none after:pointer-events-none after:absolute after:inset-0 after:z-10 ' +
        'focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-primary'
      }
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        editor.clock.pause()
        go(event)
      }}
      onPointerMove={(event) => event.buttons === 1 && go(event)}
    >
      {children}
    </div>
  )
}

type PlayheadProps = { editor: Editor; pixelsPerSecond: number; scroller: RefObject<HTMLDivElement | null> }

function Playhead({ editor, pixelsPerSecond, scroller }: PlayheadProps) {
  const time = useTime(editor.clock)
  const playing = usePlaying(editor.clock)
  const x = time * pixelsPerSecond
  useEffect(() => {
    const element = scroller.current
    if (!element) return
    const out = x < element.scrollLeft || x > element.scrollLeft + element.clientWidth
    if (out) element.scrollLeft = playing ? x - 40 : x - element.clientWidth / 2
  }, [x, playing, scroller])
  return (
    <div aria-hidden className="pointer-events-none absolute inset-y-0 left-0 z-20 w-px bg-err" style={{ transform: `translateX(${x}px)` }}>
      <span className="absolute -left-1.5 size-3 rounded-b-full bg-err" />
    </div>
  )
}

function ZoomBar({ view }: { view: View }) {
  const span = Math.log(view.high / view.low)
  const position = span > 0 ? (Math.log(view.pixelsPerSecond / view.low) / span) * 100 : 0
  return (
    <div className="flex items-center justify-end gap-1 border-t border-border px-2 py-1">
      <Button size="icon-sm" look="quiet" aria-label="Show the whole video" onClick={() => view.zoomTo(view.low)}>
        <Scan aria-hidden />
      </Button>
      <Button size="icon-sm" look="quiet" aria-label="Zoom out" onClick={() => view.zoomBy(-1)}>
        <Minus aria-hidden />
      </Button>
      <input
        type="range"
        aria-label="Zoom"
        min={0}
        max={100}
        step={1}
        value={Math.round(position)}
        onChange={(event) => view.zoomTo(view.low * Math.exp((Number(event.target.value) / 100) * span))}
        className="h-6 w-32 accent-primary"
      />
      <Button size="icon-sm" look="quiet" aria-label="Zoom in" onClick={() => view.zoomBy(1)}>
        <Plus aria-hidden />
      </Button>
    </div>
  )
}
