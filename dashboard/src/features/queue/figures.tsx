// The farm in numbers, with how some of them went while the page was open.
import type { QueueCounts } from '@/api/gen'
import { Spark } from '@/components/ui/spark'
import { useSamples } from '@/hooks/use-samples'
import { count, duration } from '@/lib/format'
import { busySlots } from '@/lib/slots'

/** A line shows the last five minutes, a sample every two seconds. */
const SAMPLES_MAX = 150

export function Figures({ counts, at }: { counts: QueueCounts; at: number }) {
  const samples = useSamples({ waiting: counts.tasks_waiting, running: counts.tasks_running }, at, SAMPLES_MAX)
  const busy = busySlots(counts)
  const use = counts.slots > 0 ? Math.round((busy / counts.slots) * 100) : 0
  const figures: { name: string; value: string; note?: string; line?: number[] }[] = [
    { name: 'Exports queued', value: count(counts.pending), note: counts.paused > 0 ? `${counts.paused} paused` : '' },
    { name: 'Exports under way', value: count(counts.processing) },
    { name: 'Failed this hour', value: count(counts.failed_last_hour) },
    { name: 'Tasks waiting', value: count(counts.tasks_waiting), line: samples.map(({ waiting }) => waiting) },
    { name: 'Tasks running', value: count(counts.tasks_running), line: samples.map(({ running }) => running) },
    counts.slots > 0
      ? { name: 'Slots busy', value: `${use} %`, note: `${busy} of ${counts.slots}` }
      : { name: 'Slots busy', value: '–', note: 'no node is online' },
    {
      name: 'Oldest export',
      value: counts.oldest_wait_seconds === undefined ? 'none' : duration(counts.oldest_wait_seconds),
    },
  ]
  return (
    <dl className="mb-5 grid grid-cols-[repeat(auto-fit,minmax(9.5rem,1fr))] gap-3">
      {figures.map(({ name, value, note, line }) => (
        <div key={name} className="relative overflow-hidden rounded-lg border border-border bg-card px-4 py-3 max-sm:last:col-span-2">
          <dt className="text-sm text-muted">{name}</dt>
          <dd className="figures text-xl font-semibold">{value}</dd>
          <dd className="h-5 truncate text-sm text-muted">{note}</dd>
          {line && <Spark values={line} places={SAMPLES_MAX} className="absolute inset-x-0 bottom-0 h-6 w-full" />}
        </div>
      ))}
    </dl>
  )
}
