// Changes one's own password.
import { useMutation } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { changePassword } from '@/api/actions'
import { ApiError } from '@/api/error'
import { Button } from '@/components/ui/button'
import { Card, Trouble } from '@/components/ui/card'
import { Field, Input } from '@/components/ui/field'
import { toast } from '@/components/ui/toast'

export function PasswordForm() {
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: changePassword,
    onSuccess: () => {
      setCurrent('')
      setNext('')
      toast.success('The password is changed', { description: 'Other browsers are signed out.' })
    },
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    change.mutate({ new_password: next, ...(current ? { current_password: current } : {}) })
  }
  const refused = change.error instanceof ApiError ? change.error : undefined
  const [atCurrent, atNext] = [refused?.problemOf('current_password'), refused?.problemOf('new_password')]
  return (
    <Card className="p-4" aria-label="Password">
      <h2 className="mb-3 font-semibold">Password</h2>
      <form onSubmit={submit} className="flex flex-col gap-3">
        {change.error && !atCurrent && !atNext && <Trouble error={change.error} />}
        <Field label="Current password" hint="Leave it empty if you have none yet." error={atCurrent}>
          {(control) => (
            <Input
              {...control}
              type="password"
              autoComplete="current-password"
              value={current}
              onChange={(event) => setCurrent(event.target.value)}
            />
          )}
        </Field>
        <Field label="New password" error={atNext}>
          {(control) => (
            <Input
              {...control}
              type="password"
              required
              autoComplete="new-password"
              value={next}
              onChange={(event) => setNext(event.target.value)}
            />
          )}
        </Field>
        <div>
          <Button type="submit" look="primary">
            Change password
          </Button>
        </div>
      </form>
    </Card>
  )
}
