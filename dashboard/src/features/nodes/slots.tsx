// The slots of a node as cells, the busy ones filled, with the numbers beside them.
import type { Node } from '@/api/gen'
import { fillOf } from '@/components/status-badge'
import { cn } from '@/lib/class-names'
import { busySlots } from '@/lib/slots'

/** More cells than this say no more than the number does. */
const CELLS_MAX = 24

export function Slots({ node }: { node: Pick<Node, 'slots' | 'slots_busy' | 'connected'> }) {
  const busy = busySlots(node)
  const cells = Math.min(node.slots, CELLS_MAX)
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <span className="figures min-w-11 text-sm text-muted">
        {busy} / {node.slots}
      </span>
      <span aria-hidden className="flex gap-0.5">
        {Array.from({ length: cells }, (_, index) => (
          <span
            key={index}
            className={cn(
              'h-4 w-2 rounded-xs',
              node.connected && index < busy ? fillOf('running') : 'bg-raised',
            )}
          />
        ))}
      </span>
    </span>
  )
}
