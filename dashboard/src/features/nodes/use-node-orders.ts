// What operators order of nodes.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { sentence } from '@/api/error'
import { keys } from '@/api/keys'
import { drainNode, quarantineNode, removeNode, resumeNode } from '@/api/farm-actions'
import type { Node } from '@/api/gen'
import { useConfirm } from '@/components/ui/confirm'
import { toast } from '@/components/ui/toast'

export function useNodeOrders() {
  const cache = useQueryClient()
  const confirm = useConfirm()
  const options = {
    onError: (error: Error) => toast.error('That did not work', { description: sentence(error) }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.nodes }),
  }
  const drain = useMutation({ mutationFn: ({ id }: Node) => drainNode(id), ...options })
  const resume = useMutation({ mutationFn: ({ id }: Node) => resumeNode(id), ...options })
  const quarantine = useMutation({
    mutationFn: ({ node, reason }: { node: Node; reason: string }) => quarantineNode(node.id, reason),
    ...options,
  })
  const remove = useMutation({ mutationFn: ({ id }: Node) => removeNode(id), ...options })
  const askAndRemove = async (node: Node): Promise<boolean> => {
    const text = `Its certificate is worth nothing from then on. To come back, ${node.name} has to enrol again.`
    if (!(await confirm({ title: `Remove ${node.name}?`, text, action: 'Remove it' }))) return false
    return remove.mutateAsync(node).then(
      () => true,
      () => false,
    )
  }
  return { drain, resume, quarantine, remove: askAndRemove }
}
