// The place of a node's GPU: which encoder of it passed the probe, and what is not told of it yet.
import type { NodeEncoder } from '@/api/gen'
import { Card } from '@/components/ui/card'
import { Facts } from '@/components/ui/facts'

/** Encoders that run on a GPU, by the names the farm gives them. */
const ON_GPU = ['nvenc', 'qsv', 'vaapi']
/** What nodes do not report yet. */
const UNTOLD = ['Encoder sessions', 'Utilisation', 'Memory', 'Temperature']

export function Gpu({ encoders }: { encoders: readonly NodeEncoder[] }) {
  const own = encoders.filter(({ family }) => ON_GPU.includes(family))
  return (
    <Card className="p-4" aria-label="GPU">
      <h2 className="mb-1 font-semibold">GPU</h2>
      {own.length === 0 && <p className="text-muted">No encoder of a GPU passed its probe: this node renders on its processors.</p>}
      {own.map(({ identity }) => (
        <code key={identity} className="font-mono text-xs break-all text-muted">
          {identity}
        </code>
      ))}
      {own.length > 0 && (
        <Facts className="mt-3" facts={UNTOLD.map((name) => [name, <span key={name} className="text-muted">not reported yet</span>])} />
      )}
    </Card>
  )
}
