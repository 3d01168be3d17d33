// The farm in numbers, with how some of them went while the page was open.
import { useEffect, useState } from 'react'
import type { QueueCounts } from '@/api/gen'
import { count, duration } from '@/lib/format'

/** A line shows the last five minutes, a sample every two seconds. */
const SAMPLES_MAX = 150

type Sample = { waiting: number; running: number }

/** Samples as they come, kept for as long as the page is open. */
function useSamples(counts: QueueCounts, at: number): Sample[] {
  const [samples, setSamples] = useState<Sample[]>([])
  useEffect(() => {
    setSamples((known) => [
      ...known.slice(1 - SAMPLES_MAX),
      { waiting: counts.tasks_waiting, running: counts.tasks_running },
    ])
    // oxlint-disable-next-line react/exhaustive-deps -- a sample for each answer, also when it says the same
  }, [at])
  return samples
}

export function Figures({ counts, at }: { counts: QueueCounts; at: number }) {
  const samples = useSamples(counts, at)
  const use = counts.slots > 0 ? Math.round((counts.slots_busy / counts.slots) * 100) : 0
  const figures: { name: string; value: string; note?: string; line?: number[] }[] = [
    { name: 'Exports queued', value: count(counts.pending), note: counts.paused > 0 ? `${counts.paused} held back` : '' },
    { name: 'Exports under way', value: count(counts.processing) },
    { name: 'Failed this hour', value: count(counts.failed_last_hour) },
    { name: 'Tasks waiting', value: count(counts.tasks_waiting), line: samples.map(({ waiting }) => waiting) },
    { name: 'Tasks running', value: count(counts.tasks_running), line: samples.map(({ running }) => running) },
    { name: 'Slots busy', value: `${use} %`, note: `${counts.slots_busy} of ${counts.slots}` },
    {
      name: 'Oldest wait',
      value: counts.oldest_wait_seconds === undefined ? 'none' : duration(counts.oldest_wait_seconds),
    },
  ]
  return (
    <dl className="mb-5 grid grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] gap-3">
      {figures.map(({ name, value, note, line }) => (
        <div key={name} className="relative overflow-hidden rounded-lg border border-border bg-card px-4 py-3">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="figures text-xl font-semibold">{value}</dd>
          <dd className="h-5 truncate text-sm text-muted">{note}</dd>
          {line && <Spark values={line} />}
        </div>
      ))}
    </dl>
  )
}

function Spark({ values }: { values: number[] }) {
  if (values.length < 2) return null
  const high = Math.max(1, ...values)
  const points = values.map((value, index) => `${(index / (SAMPLES_MAX - 1)) * 100},${24 - (value / high) * 22}`)
  return (
    <svg viewBox="0 0 100 25" preserveAspectRatio="none" aria-hidden className="absolute inset-x-0 bottom-0 h-6 w-full text-info">
      <polyline points={points.join(' ')} fill="none" stroke="currentColor" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
