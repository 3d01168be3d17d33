// Makes an account for somebody.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { createUser } from '@/api/actions'
import { ApiError } from '@/api/error'
import type { NewUser, Role } from '@/api/gen'
import { keys } from '@/api/keys'
import { Button } from '@/components/ui/button'
import { Trouble } from '@/components/ui/card'
import { Dialog } from '@/components/ui/dialog'
import { Field, Input } from '@/components/ui/field'
import { RadioCards } from '@/components/ui/radio-cards'

export const ROLES: readonly { value: Role; label: string; hint: string }[] = [
  { value: 'creator', label: 'Creator', hint: 'Uploads and exports' },
  { value: 'operator', label: 'Operator', hint: 'Also runs the farm' },
  { value: 'admin', label: 'Admin', hint: 'Also manages users' },
]

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  const [role, setRole] = useState<Role>('creator')
  const [password, setPassword] = useState('')
  const cache = useQueryClient()
  const create = useMutation({
    mutationFn: (body: NewUser) => createUser(body),
    onSuccess: () => {
      onClose()
      void cache.invalidateQueries({ queryKey: keys.users })
    },
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    create.mutate({ name: name.trim(), role, ...(password ? { password } : {}) })
  }
  const refused = create.error instanceof ApiError ? create.error : undefined
  const [atName, atPassword] = [refused?.problemOf('name'), refused?.problemOf('password')]
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="New user"
      footer={
        <>
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form="user-form" look="primary">
            Make account
          </Button>
        </>
      }
    >
      <form id="user-form" onSubmit={submit} className="flex flex-col gap-4">
        {create.error && !atName && !atPassword && <Trouble error={create.error} />}
        <Field label="Name" error={atName}>
          {(control) => (
            <Input {...control} required maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
          )}
        </Field>
        <div>
          <p className="mb-1.5 font-medium" aria-hidden>
            Role
          </p>
          <RadioCards label="Role" value={role} onChange={setRole} cards={ROLES} />
        </div>
        <Field
          label="Password"
          hint="If empty, they sign in with a login link you make for them, and choose one themselves."
          error={atPassword}
        >
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          )}
        </Field>
      </form>
    </Dialog>
  )
}
