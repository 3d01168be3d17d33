// Lines over time, with a cursor that every chart of the same group follows. What they show stands in words beside them.
import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { useTheme } from '@/hooks/use-theme'
import { clockTime, count } from '@/lib/format'

export type Line = {
  label: string
  /** The name of a colour of the theme. */
  tone: 'info' | 'ok' | 'muted'
  /** Whether what lies below it is filled, and whether it is dashed. */
  look: 'area' | 'line' | 'dashed'
  /** `null` where nothing is known. */
  values: readonly (number | null)[]
}

type Props = {
  /** Seconds since 1970, one for each value. */
  at: readonly number[]
  lines: readonly Line[]
  height: number
  /** Charts with the same one share their cursor. */
  group: string
  /** What it shows, for whoever does not see it. */
  summary: string
  /** Where the cursor is, as the number of a value. */
  onCursor: (place: number | undefined) => void
}

/** Wide enough for `1,000`. */
const SCALE_WIDTH = 44
const TIMES_HEIGHT = 26
/** So that the highest value does not touch the edge. */
const HEADROOM = 1.1

function look(root: HTMLElement, lines: readonly Line[]): Pick<uPlot.Options, 'axes' | 'series'> {
  const theme = getComputedStyle(root)
  const colour = (name: string) => theme.getPropertyValue(`--${name}`).trim()
  const axis: uPlot.Axis = {
    stroke: colour('muted'),
    font: `12px ${theme.fontFamily}`,
    grid: { stroke: colour('border'), width: 1 },
    ticks: { show: false },
  }
  return {
    axes: [
      { ...axis, size: TIMES_HEIGHT, space: 80, grid: { show: false }, values: (_, times) => times.map((time) => clockTime(time * 1000)) },
      { ...axis, size: SCALE_WIDTH, space: 32, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000], values: (_, values) => values.map(count) },
    ],
    series: [
      {},
      ...lines.map(
        ({ label, tone, look: kind }): uPlot.Series => ({
          label,
          stroke: colour(tone),
          width: 1.5,
          points: { show: false },
          ...(kind === 'area' ? { fill: colour(`${tone}-soft`) } : {}),
          ...(kind === 'dashed' ? { dash: [4, 4], width: 1 } : {}),
        }),
      ),
    ],
  }
}

const dataOf = (at: readonly number[], lines: readonly Line[]): uPlot.AlignedData => [
  [...at],
  ...lines.map(({ values }) => [...values]),
]

/** Its colours are drawn, so that another theme is another chart. */
export function Chart(props: Props) {
  const { shown } = useTheme()
  return <Drawing key={shown} {...props} />
}

function Drawing({ at, lines, height, group, summary, onCursor }: Props) {
  const frame = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const newest = useRef({ at, lines, onCursor })
  newest.current = { at, lines, onCursor }

  useEffect(() => {
    const root = frame.current
    // Without a canvas there are the words.
    if (!root || !document.createElement('canvas').getContext('2d')) return
    const { at, lines } = newest.current
    const made = new uPlot(
      {
        width: root.clientWidth,
        height,
        legend: { show: false },
        cursor: { sync: { key: group }, drag: { x: false, y: false }, y: false },
        scales: { y: { range: (_, __, high) => [0, Math.max(1, (high ?? 0) * HEADROOM)] } },
        hooks: { setCursor: [({ cursor }) => newest.current.onCursor(cursor.idx ?? undefined)] },
        ...look(root, lines),
      },
      dataOf(at, lines),
      root,
    )
    chart.current = made
    const watcher = new ResizeObserver(() => made.setSize({ width: root.clientWidth, height }))
    watcher.observe(root)
    return () => {
      watcher.disconnect()
      made.destroy()
      chart.current = undefined
    }
  }, [height, group])

  useEffect(() => chart.current?.setData(dataOf(at, lines)), [at, lines])

  return <div ref={frame} role="img" aria-label={summary} className="min-w-0 overflow-hidden" style={{ height }} />
}
