// Lets a machine in: a name, the one line to run there, and then waiting for it live.
import { useMutation, useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleDashed, LoaderCircle, Timer } from 'lucide-react'
import { type SubmitEvent, useState } from 'react'
import { createJoinToken } from '@/api/farm-actions'
import { ApiError } from '@/api/error'
import { nodesQuery } from '@/api/farm-queries'
import type { JoinToken } from '@/api/gen'
import type { Node } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/field'
import { useNow } from '@/hooks/use-now'
import { timecode } from '@/lib/format'

type Props = { known: readonly Node[]; onClose: () => void }

export function EnrolDialog({ known, onClose }: Props) {
  const [name, setName] = useState('')
  // As it was when the dialog was opened: the list behind it goes on.
  const [before] = useState(() => new Set(known.map(({ id }) => id)))
  const make = useMutation({ mutationFn: createJoinToken })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    make.mutate(name.trim())
  }
  const atName = make.error instanceof ApiError ? make.error.problemOf('name') : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a node"
      description="One machine joins with one token; the token works once."
      className="sm:max-w-xl!"
      footer={
        <>
          <span className="flex-1" />
          <Button onClick={onClose}>{make.data ? 'Close' : 'Cancel'}</Button>
          {!make.data && (
            <Button type="submit" form="enrol-form" look="primary">
              Make token
            </Button>
          )}
        </>
      }
    >
      {make.data ? (
        <Waiting token={make.data} before={before} />
      ) : (
        <form id="enrol-form" onSubmit={submit} className="flex flex-col gap-4">
          {make.error && atName === undefined && <Trouble error={make.error} />}
          <Field label="Name" hint="What people call the machine, such as studio-gpu-1." error={atName}>
            {(control) => (
              <Input {...control} required maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
            )}
          </Field>
        </form>
      )}
    </Dialog>
  )
}

function Waiting({ token, before }: { token: JoinToken; before: ReadonlySet<string> }) {
  const now = useNow(1000)
  const left = Math.max(0, (Date.parse(token.expires_at) - now) / 1000)
  const nodes = useQuery({ ...nodesQuery, refetchInterval: 2000 }).data?.nodes ?? []
  const joined = nodes.find(({ id, name }) => name === token.name && !before.has(id))
  const config = '"${XDG_CONFIG_HOME:-$HOME/.config}/reelfarm/node.toml"'
  const enrol = `reelfarm node enroll \\\n  --server ${location.origin} \\\n  --token ${token.token}`
  const command = `${enrol} &&\nreelfarm-node run \\\n  --config ${config}`
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="mb-1.5 font-medium">Run this on the machine</p>
        <pre className="overflow-x-auto rounded-lg border border-border bg-background p-3 font-mono text-sm break-all whitespace-pre-wrap" tabIndex={0}>
          {command}
        </pre>
        <div className="mt-2 flex items-center gap-3">
          <CopyButton text={command} label="Copy the command" />
          {!joined && (
            <span className="figures inline-flex items-center gap-1.5 text-sm text-muted">
              <Timer className="size-4" aria-hidden />
              {left > 0 ? `works for ${timecode(left).replace(/\.\d+$/, '')}` : 'works no more: close this and make another'}
            </span>
          )}
        </div>
        <p className="mt-2 text-sm text-muted">The token is shown this one time.</p>
      </div>
      <ol className="flex flex-col gap-2" aria-label="Steps">
        <Step done={joined !== undefined} waiting={left > 0}>
          {joined ? 'Joined the farm' : 'Waiting for the machine to join'}
        </Step>
        <Step done={joined?.connected ?? false} waiting={joined !== undefined}>
          Connected
        </Step>
        <Step done={joined?.connected === true && joined.slots > 0} waiting={joined?.connected ?? false}>
          {joined && joined.slots > 0 ? `Ready, with ${joined.slots} slots` : 'Ready'}
        </Step>
      </ol>
    </div>
  )
}

function Step({ done, waiting, children }: { done: boolean; waiting: boolean; children: React.ReactNode }) {
  return (
    <li className="flex items-center gap-2">
      {done && <CircleCheck className="size-4 text-ok" aria-label="done" />}
      {!done && waiting && <LoaderCircle className="size-4 text-info motion-safe:animate-spin" aria-label="waiting" />}
      {!done && !waiting && <CircleDashed className="size-4 text-muted" aria-label="not yet" />}
      <span role={done ? 'status' : undefined} className={done || waiting ? undefined : 'text-muted'}>
        {children}
      </span>
    </li>
  )
}
