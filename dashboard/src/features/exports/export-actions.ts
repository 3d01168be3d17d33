// What may be done with an export in which state, and doing it. The states are those of `coordinator/core/src/export.rs`.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type Export, cancelExport, deleteExport, downloadExport } from '@/api/client'
import { sentence } from '@/api/error'
import { retryExport } from '@/api/actions'
import { keys } from '@/api/keys'
import { useConfirm } from '@/components/ui/confirm'
import { toast } from '@/components/ui/toast'

export const isActive = ({ status }: Pick<Export, 'status'>): boolean => status === 'pending' || status === 'processing'

/** May it be done? Each mirrors what the coordinator allows. */
export const exportCan = {
  cancel: isActive,
  remove: (made: Pick<Export, 'status'>) => !isActive(made),
  download: ({ status }: Pick<Export, 'status'>) => status === 'completed',
  retry: (made: Pick<Export, 'status'>) => !isActive(made),
}

export function useExportActions() {
  const cache = useQueryClient()
  const navigate = useNavigate()
  const confirm = useConfirm()
  const refresh = () => cache.invalidateQueries({ queryKey: keys.exports })
  const failed = (doing: string) => (error: unknown) => toast.error(doing, { description: sentence(error) })

  const cancel = useMutation({
    mutationFn: (made: Export) => cancelExport(made.id),
    onError: failed('The export was not cancelled'),
    onSettled: refresh,
  })
  const remove = useMutation({
    mutationFn: (made: Export) => deleteExport(made.id),
    onError: failed('The export was not deleted'),
    onSettled: refresh,
  })
  const retry = useMutation({
    mutationFn: (made: Export) => retryExport(made.id),
    onSuccess: async (made) => {
      await refresh()
      await navigate({ to: '/exports/$id', params: { id: made.id } })
    },
    onError: failed('The export was not started again'),
  })
  const download = useMutation({
    mutationFn: ({ made, clip }: { made: Export; clip?: number }) => downloadExport(made.id, clip),
    onError: failed('The file cannot be downloaded'),
  })
  /** Asks, then deletes; true once it is gone. */
  const askAndRemove = async (made: Export): Promise<boolean> => {
    const text = 'Its files and its share links go with it. This cannot be undone.'
    if (!(await confirm({ title: 'Delete this export?', text, action: 'Delete it' }))) return false
    return remove.mutateAsync(made).then(
      () => true,
      () => false,
    )
  }
  return { cancel, remove: askAndRemove, removeNow: remove, retry, download }
}
