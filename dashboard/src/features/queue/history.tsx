// How the queue was lately: the length of the line, and how many frames were rendered, side by side under one cursor.
import { useMemo, useState } from 'react'
import type { QueueHistory } from '@/api/gen'
import { Card, Skeleton } from '@/components/ui/card'
import { Chart, type Line } from '@/components/ui/chart'
import { Select } from '@/components/ui/select'
import { clockTime, count } from '@/lib/format'
import { cn } from '@/lib/class-names'
import { type Minutes, RANGES } from './minutes'

const HEIGHT = 130
const TONES = { info: 'border-info', ok: 'border-ok', muted: 'border-muted' } as const

type Drawn = { at: number[]; tasks: Line[]; frames: Line[] }

/** The lines of both charts. */
export function drawn({ step_seconds, stretches }: QueueHistory): Drawn {
  return {
    at: stretches.map(({ at }) => Date.parse(at) / 1000),
    tasks: [
      { label: 'Slots', tone: 'muted', look: 'dashed', values: stretches.map(({ slots }) => slots ?? null) },
      { label: 'Waiting', tone: 'info', look: 'area', values: stretches.map(({ tasks_waiting }) => tasks_waiting ?? null) },
      { label: 'Running', tone: 'ok', look: 'line', values: stretches.map(({ tasks_running }) => tasks_running ?? null) },
    ],
    frames: [
      { label: 'Frames per second', tone: 'ok', look: 'area', values: stretches.map(({ frames_done }) => frames_done / step_seconds) },
    ],
  }
}

type Props = { history: QueueHistory | undefined; minutes: Minutes; onMinutes: (minutes: Minutes) => void }

export function History({ history, minutes, onMinutes }: Props) {
  const [place, setPlace] = useState<number>()
  const shown = useMemo(() => history && drawn(history), [history])
  return (
    <Card className="mb-5 p-4" aria-label="History">
      <div className="mb-3 flex flex-wrap items-center gap-3">
        <h2 className="flex-1 text-lg font-semibold">History</h2>
        <Select label="How far back" value={minutes} onChange={onMinutes} choices={RANGES} />
      </div>
      <div className="grid grid-cols-1 gap-x-8 gap-y-4 lg:grid-cols-2">
        <Panel title="Tasks" at={shown?.at} lines={shown?.tasks} place={place} onCursor={setPlace} />
        <Panel title="Throughput" at={shown?.at} lines={shown?.frames} place={place} onCursor={setPlace} />
      </div>
    </Card>
  )
}

const most = ({ values }: Line): number => Math.max(0, ...values.map((value) => value ?? 0))

type PanelProps = {
  title: string
  at: number[] | undefined
  lines: Line[] | undefined
  place: number | undefined
  onCursor: (place: number | undefined) => void
}

/** A chart with its legend: the most there was, or how much there was where the cursor is. */
function Panel({ title, at, lines, place, onCursor }: PanelProps) {
  const time = place === undefined ? undefined : at?.[place]
  return (
    <section aria-label={title} className="min-w-0">
      <div className="mb-1 flex min-h-6 flex-wrap items-baseline gap-x-4 text-sm">
        <h3 className="font-medium">{title}</h3>
        {lines?.map((line) => {
          const value = place === undefined ? most(line) : line.values[place]
          return (
            <span key={line.label} className="flex items-baseline gap-1.5 text-muted">
              <i aria-hidden className={cn('w-3 self-center border-t-2', TONES[line.tone], line.look === 'dashed' && 'border-dashed')} />
              {line.label} <span className="figures text-foreground">{typeof value === 'number' ? count(value) : '–'}</span>
            </span>
          )
        })}
        <span className="ml-auto text-muted">{time === undefined ? 'at most' : clockTime(time * 1000)}</span>
      </div>
      {at && lines ? (
        <Chart
          at={at}
          lines={lines}
          height={HEIGHT}
          group="queue"
          summary={`${title}: ${lines.map((line) => `${line.label} at most ${count(most(line))}`).join(', ')}.`}
          onCursor={onCursor}
        />
      ) : (
        <Skeleton className="h-[130px]" />
      )}
    </section>
  )
}
