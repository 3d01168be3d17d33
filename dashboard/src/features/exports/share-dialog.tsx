// A link by which anybody can watch and download a finished export, for as long as its owner says.
import { useMutation } from '@tanstack/react-query'
import { Link2 } from 'lucide-react'
import { useState } from 'react'
import { shareExport, unshareExport } from '@/api/actions'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { Field, inputLook } from '@/components/ui/field'
import { Select } from '@/components/ui/select'
import { fullTime } from '@/lib/format'

const LIFETIMES = [
  { value: '1', label: 'One hour' },
  { value: '24', label: 'One day' },
  { value: '168', label: 'One week' },
  { value: '720', label: '30 days' },
] as const

type Hours = (typeof LIFETIMES)[number]['value']

export function ShareDialog({ exportId, open, onClose }: { exportId: string; open: boolean; onClose: () => void }) {
  const [hours, setHours] = useState<Hours>('168')
  const share = useMutation({ mutationFn: () => shareExport(exportId, Number(hours)) })
  const revoke = useMutation({ mutationFn: () => unshareExport(exportId), onSuccess: () => share.reset() })
  const error = share.error ?? revoke.error
  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="Share"
      description="Whoever has the link can watch and download the export, without signing in."
    >
      <div className="flex flex-col gap-4">
        {error && <Trouble error={error} />}
        {share.data ? (
          <>
            <Field label="Link" hint={`Works until ${fullTime(share.data.expires_at)}.`}>
              {(control) => (
                <div className="flex gap-2">
                  <input {...control} readOnly className={inputLook} value={share.data.url} />
                  <CopyButton size="md" text={share.data.url} label="Copy link" />
                </div>
              )}
            </Field>
            <div>
              <Button look="danger" size="sm" onClick={() => revoke.mutate()}>
                Revoke the link
              </Button>
            </div>
          </>
        ) : (
          <div className="flex items-end gap-2">
            <Field label="Works for" className="flex-1">
              {({ id }) => <Select id={id} label="Works for" value={hours} onChange={setHours} choices={LIFETIMES} />}
            </Field>
            <Button look="primary" onClick={() => share.mutate()}>
              <Link2 aria-hidden />
              Make link
            </Button>
          </div>
        )}
        {revoke.isSuccess && !share.data && <p role="status">The link works no more.</p>}
      </div>
    </Dialog>
  )
}
