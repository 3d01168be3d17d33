// Deletes a video after a question, since its exports go with it; true once it is gone.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { removeVideo } from '@/api/actions'
import { sentence } from '@/api/error'
import type { Video } from '@/api/gen'
import { keys } from '@/api/keys'
import { useConfirm } from '@/components/ui/confirm'
import { toast } from '@/components/ui/toast'

export function useDeleteVideo(): (video: Video) => Promise<boolean> {
  const confirm = useConfirm()
  const cache = useQueryClient()
  const remove = useMutation({
    mutationFn: removeVideo,
    onError: (error) => toast.error('The video was not deleted', { description: sentence(error) }),
    onSettled: async () => {
      await cache.invalidateQueries({ queryKey: keys.videos })
      await cache.invalidateQueries({ queryKey: keys.exports })
    },
  })
  return async (video) => {
    const text = `All exports of ${video.filename} and their files go with it. This cannot be undone.`
    if (!(await confirm({ title: 'Delete this video?', text, action: 'Delete it' }))) return false
    return remove.mutateAsync(video.id).then(
      () => true,
      () => false,
    )
  }
}
