// What can be done with several exports at once. What of it failed is named, one by one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type Export, cancelExport, deleteExport } from '@/api/client'
import { sentence } from '@/api/error'
import { keys } from '@/api/keys'
import { Button } from '@/components/ui/button'
import { Fault } from '@/components/ui/field'
import { useConfirm } from '@/components/ui/confirm'
import { plural } from '@/lib/format'
import { exportCan } from './export-actions'

type Failure = { id: string; message: string }

/** Does it one after the other: the farm is not asked for everything at once. */
async function each(exports: Export[], act: (id: string) => Promise<void>): Promise<Failure[]> {
  const failures: Failure[] = []
  for (const { id } of exports) {
    await act(id).catch((error: unknown) => failures.push({ id, message: sentence(error) }))
  }
  return failures
}

export default function BulkBar({ chosen, onClear }: { chosen: Export[]; onClear: () => void }) {
  const [failures, setFailures] = useState<Failure[]>([])
  const confirm = useConfirm()
  const cache = useQueryClient()
  const act = useMutation({
    mutationFn: ({ exports, kind }: { exports: Export[]; kind: 'cancel' | 'delete' }) =>
      each(exports, kind === 'cancel' ? (id) => cancelExport(id) : (id) => deleteExport(id)),
    onSuccess: async (failed) => {
      setFailures(failed)
      await cache.invalidateQueries({ queryKey: keys.exports })
      if (failed.length === 0) onClear()
    },
  })
  const toCancel = chosen.filter(exportCan.cancel)
  const toDelete = chosen.filter(exportCan.remove)
  const ask = async (kind: 'cancel' | 'delete', exports: Export[]) => {
    const title = `${kind === 'cancel' ? 'Cancel' : 'Delete'} ${plural(exports.length, 'export')}?`
    const text = kind === 'cancel' ? 'Work that is not finished is thrown away.' : 'Their files go with them. This cannot be undone.'
    if (await confirm({ title, text, action: kind === 'cancel' ? 'Cancel them' : 'Delete them' })) act.mutate({ exports, kind })
  }
  return (
    <div className="sticky bottom-0 z-10 border-t border-border bg-card px-3 py-2">
      <div className="flex flex-wrap items-center gap-2" role="group" aria-label="Chosen exports">
        <span className="mr-2 font-medium max-sm:w-full">{plural(chosen.length, 'export')} chosen</span>
        <Button
          size="sm"
          disabledReason={toCancel.length === 0 ? 'None of them is under way.' : undefined}
          onClick={() => void ask('cancel', toCancel)}
        >
          Cancel exports
        </Button>
        <Button
          size="sm"
          look="danger"
          disabledReason={toDelete.length === 0 ? 'All of them are under way; cancel them first.' : undefined}
          onClick={() => void ask('delete', toDelete)}
        >
          Delete
        </Button>
        <Button size="sm" look="quiet" onClick={onClear}>
          Clear
        </Button>
        {act.isPending && <span role="status">Working…</span>}
      </div>
      {failures.map(({ id, message }) => (
        <Fault key={id}>
          {id.slice(-8)}: {message}
        </Fault>
      ))}
    </div>
  )
}
