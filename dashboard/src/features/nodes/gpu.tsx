// The place of a node's GPU: which encoder of it passed the probe, and what is not told of it yet.
import type { NodeEncoder } from '@/api/gen'
import { Card } from '@/components/ui/card'

/** Encoders that run on a GPU, by the names the farm gives them. */
const ON_GPU = ['nvenc', 'qsv', 'vaapi']

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
        <p className="mt-2 text-sm text-muted">Nodes do not report its sessions, load, memory and temperature yet.</p>
      )}
    </Card>
  )
}
