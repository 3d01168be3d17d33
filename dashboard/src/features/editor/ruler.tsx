// Times along the time line, as many as there is room for.
import { timecode } from '@/lib/format'
import { markEvery } from './geometry'

/** So much a figure of a time needs to be read, and the space before the first. */
const FIGURE_PIXELS = 7.5
const SPACE_PIXELS = 8

type Props = { pixelsPerSecond: number; frameRate: number; from: number; to: number; length: number }

export function Ruler({ pixelsPerSecond, frameRate, from, to, length }: Props) {
  const every = markEvery(pixelsPerSecond, frameRate)
  const first = Math.max(0, Math.floor(from / every))
  const last = Math.floor(Math.min(to, length) / every)
  const marks = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * every)
  const write = (seconds: number) => (every >= 1 ? timecode(seconds).replace(/\.\d+$/, '') : timecode(seconds))
  const fits = (mark: number) => (length - mark) * pixelsPerSecond >= write(mark).length * FIGURE_PIXELS + SPACE_PIXELS
  return (
    <div aria-hidden className="relative h-6 border-b border-border text-xs text-muted">
      {marks.map((mark) => (
        <span
          key={mark}
          className="figures absolute bottom-0 h-full border-l border-border pt-0.5 pl-1.5"
          style={{ left: mark * pixelsPerSecond }}
        >
          {fits(mark) && write(mark)}
        </span>
      ))}
    </div>
  )
}
