// What the places people publish to ask for, with the day it was looked up.
import { useQuery } from '@tanstack/react-query'
import { ExternalLink } from 'lucide-react'
import { useState } from 'react'
import type { ExportSettings } from '@/api/client'
import type { Recommendation } from '@/api/gen'
import { recommendationsQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, Skeleton, Trouble } from '@/components/ui/card'
import { FARM_DEFAULTS, settingsLine } from '@/features/exports'
import { bytes, calendarDay, duration } from '@/lib/format'
import { PresetDialog } from './preset-dialog'

const settingsOf = ({ resolution, format, quality }: Recommendation): ExportSettings => ({
  ...FARM_DEFAULTS,
  resolution,
  format,
  quality,
})

export function Recommendations() {
  const query = useQuery(recommendationsQuery)
  const [used, setUsed] = useState<Recommendation>()
  return (
    <section aria-label="Recommendations">
      <h2 className="mb-1 text-lg font-semibold">Recommendations</h2>
      <p className="mb-3 text-muted">
        What the platforms ask for{query.data ? `, as of ${calendarDay(query.data.as_of)}` : ''}. They change their limits now and then.
      </p>
      {query.error && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Skeleton className="h-40" />}
      <div className="grid grid-cols-[repeat(auto-fill,minmax(16rem,1fr))] gap-3">
        {query.data?.recommendations.map((recommendation) => (
          <Place key={recommendation.id} recommendation={recommendation} onUse={() => setUsed(recommendation)} />
        ))}
      </div>
      {used && <PresetDialog settings={settingsOf(used)} onClose={() => setUsed(undefined)} />}
    </section>
  )
}

function Place({ recommendation, onUse }: { recommendation: Recommendation; onUse: () => void }) {
  const { title, aspect_ratio, max_duration_seconds, max_size_bytes, max_frame_rate, note, source } = recommendation
  const limits = [
    aspect_ratio,
    max_duration_seconds !== undefined && `up to ${duration(max_duration_seconds)}`,
    max_size_bytes !== undefined && `up to ${bytes(max_size_bytes)}`,
    max_frame_rate !== undefined && `up to ${max_frame_rate} fps`,
  ].filter(Boolean)
  return (
    <Card className="flex flex-col gap-2 p-4">
      <h3 className="font-semibold">{title}</h3>
      <p className="text-sm">
        {settingsLine(recommendation)}
        <span className="block text-muted">{limits.join(' · ')}</span>
      </p>
      <p className="flex-1 text-sm text-muted">{note}</p>
      <div className="flex items-center justify-between">
        <Button size="sm" onClick={onUse}>
          Use as preset
        </Button>
        <a
          href={source}
          target="_blank"
          rel="noreferrer"
          className="inline-flex min-h-6 items-center gap-1 rounded-sm text-sm text-muted underline"
        >
          Source
          <ExternalLink className="size-3" aria-hidden />
        </a>
      </div>
    </Card>
  )
}
