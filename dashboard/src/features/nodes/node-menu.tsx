// What can be done with a node: drained, resumed, quarantined with a reason, removed.
import { Pause, Play, ShieldAlert, Trash2 } from 'lucide-react'
import { type SubmitEvent, useState } from 'react'
import type { Node } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/field'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { nodeCan } from './idle'
import { useNodeOrders } from './use-node-orders'

export function NodeMenu({ node, onRemoved }: { node: Node; onRemoved?: () => void }) {
  const orders = useNodeOrders()
  const [asking, setAsking] = useState(false)
  const may = (act: keyof typeof nodeCan) => nodeCan[act](node) === undefined
  const remove = async () => {
    if (await orders.remove(node)) onRemoved?.()
  }
  return (
    <>
      <MoreMenu of={node.name}>
        <MenuItem icon={<Pause aria-hidden />} disabled={!may('drain')} onSelect={() => orders.drain.mutate(node)}>
          Drain: finish, take nothing new
        </MenuItem>
        <MenuItem icon={<Play aria-hidden />} disabled={!may('resume')} onSelect={() => orders.resume.mutate(node)}>
          Resume
        </MenuItem>
        <MenuItem icon={<ShieldAlert aria-hidden />} disabled={!may('quarantine')} onSelect={() => setAsking(true)}>
          Quarantine…
        </MenuItem>
        <MenuLine />
        <MenuItem danger icon={<Trash2 aria-hidden />} disabled={!may('remove')} onSelect={() => void remove()}>
          Remove…
        </MenuItem>
      </MoreMenu>
      {asking && <QuarantineDialog node={node} onClose={() => setAsking(false)} />}
    </>
  )
}

function QuarantineDialog({ node, onClose }: { node: Node; onClose: () => void }) {
  const [reason, setReason] = useState('')
  const { quarantine } = useNodeOrders()
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    await quarantine.mutateAsync({ node, reason: reason.trim() }).then(onClose, () => undefined)
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Quarantine ${node.name}`}
      description="Its tasks are stopped and given to other nodes. It takes no new ones until it is resumed."
      footer={
        <>
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="quarantine-form" look="danger">
            Quarantine
          </Button>
        </>
      }
    >
      <form id="quarantine-form" onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        {quarantine.error && <Trouble error={quarantine.error} />}
        <Field label="Reason" hint="Other operators see it beside the node.">
          {(control) => (
            <Input {...control} required maxLength={200} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
