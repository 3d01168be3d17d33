// The page people see before they are signed in: name and password, and what to do without one.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type SubmitEvent, useState } from 'react'
import { login } from '@/api/actions'
import { Button } from '@/components/ui/button'
import { Card, Trouble } from '@/components/ui/card'
import { Field, Input } from '@/components/ui/field'
import { Brand } from '@/components/layout/brand'

export function SignIn({ next }: { next: string }) {
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const cache = useQueryClient()
  const navigate = useNavigate()
  const signIn = useMutation({
    mutationFn: login,
    onSuccess: async () => {
      cache.clear()
      await navigate({ href: next })
    },
  })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (!signIn.isPending) signIn.mutate({ name, password })
  }
  return (
    <main className="grid min-h-dvh place-items-center p-4">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex justify-center">
          <Brand />
        </div>
        <Card className="p-6">
          <h1 className="mb-4 text-lg font-semibold">Sign in</h1>
          <form onSubmit={submit} className="flex flex-col gap-4">
            {signIn.error && <Trouble error={signIn.error} />}
            <Field label="Name">
              {(control) => (
                <Input
                  {...control}
                  autoComplete="username"
                  required
                  value={name}
                  onChange={(event) => setName(event.target.value)}
                />
              )}
            </Field>
            <Field label="Password">
              {(control) => (
                <Input
                  {...control}
                  type="password"
                  autoComplete="current-password"
                  required
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                />
              )}
            </Field>
            <Button type="submit" look="primary">
              {signIn.isPending ? 'Signing in…' : 'Sign in'}
            </Button>
          </form>
        </Card>
        <p className="mt-4 text-center text-sm text-muted">
          No password yet? Open the link that <code className="font-mono">reelfarm up</code> printed, or ask an admin for
          one.
        </p>
      </div>
    </main>
  )
}
