// Why a node does nothing: what the coordinator says, or what its state tells.
import type { Node } from '@/api/gen'

export function idleReason({ state, connected, slots, slots_busy, idle, quarantine_reason }: Node): string | undefined {
  if (idle) return idle.message
  if (quarantine_reason) return quarantine_reason
  if (!connected) return 'It is not connected.'
  if (state === 'draining') return slots_busy > 0 ? 'It finishes what it has.' : 'It is drained: it takes no new tasks.'
  if (slots === 0) return 'It offers no slot.'
  return slots_busy === 0 ? 'No task waits for it.' : undefined
}

/** What may be done with a node in which state; each says why not. */
export const nodeCan = {
  drain: ({ state, connected }: Node) =>
    state === 'online' && connected ? undefined : 'Only a node that takes tasks can be drained.',
  resume: ({ state }: Node) =>
    state === 'draining' || state === 'quarantined' ? undefined : 'It takes tasks already.',
  quarantine: ({ state }: Node) => (state === 'quarantined' ? 'It is in quarantine already.' : undefined),
  remove: ({ connected, slots_busy }: Node) =>
    connected && slots_busy > 0 ? 'It has tasks: drain it, and remove it once it is done.' : undefined,
}
