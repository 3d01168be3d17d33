// How busy a node was while its page was open.
import type { Node } from '@/api/gen'
import { Card } from '@/components/ui/card'
import { Spark } from '@/components/ui/spark'
import { useSamples } from '@/hooks/use-samples'
import { plural } from '@/lib/format'
import { busySlots } from '@/lib/slots'

/** At a look every two seconds, five minutes. */
const SAMPLES_MAX = 150

export function Load({ node, at }: { node: Node; at: number }) {
  const now = busySlots(node)
  const busy = useSamples(now, at, SAMPLES_MAX)
  const most = Math.max(now, ...busy)
  return (
    <Card className="p-4" aria-label="Load">
      <h2 className="font-semibold">Load</h2>
      <p className="figures text-muted">
        {now} of {plural(node.slots, 'slot')} busy now, at most {most} since this page was opened
      </p>
      <div className="mt-3 grid h-20 border-y border-border">
        {busy.length < 2 ? (
          <p className="self-center text-center text-sm text-muted">A line is drawn here while the page is open.</p>
        ) : (
          <Spark values={busy} places={SAMPLES_MAX} high={Math.max(1, node.slots)} className="h-full w-full" />
        )}
      </div>
    </Card>
  )
}
