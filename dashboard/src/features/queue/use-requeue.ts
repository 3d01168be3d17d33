// Takes one task off its node, if one has it, and has it tried anew.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { sentence } from '@/api/error'
import { requeueExport } from '@/api/farm-actions'
import type { Task } from '@/api/gen'
import { keys } from '@/api/keys'
import { toast } from '@/components/ui/toast'

/** How to requeue the task, and why that cannot be done, if so. */
export function useRequeue({ id, export_id, state }: Task): { requeue: () => void; reason: string | undefined } {
  const cache = useQueryClient()
  const { mutate } = useMutation({
    mutationFn: () => requeueExport(export_id ?? '', id),
    onSuccess: () => toast.success('Queued anew'),
    onError: (error) => toast.error('Not queued anew', { description: sentence(error) }),
    onSettled: () => Promise.all([keys.queue, keys.stuck].map((queryKey) => cache.invalidateQueries({ queryKey }))),
  })
  const open = state !== 'done' && state !== 'dropped'
  return { requeue: () => mutate(), reason: !export_id ? 'It belongs to no export.' : open ? undefined : 'It is over.' }
}
