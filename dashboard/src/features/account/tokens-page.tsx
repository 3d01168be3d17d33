// Tokens for programs, and the password for people.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { type SubmitEvent, useState } from 'react'
import { createToken, revokeToken } from '@/api/actions'
import { keys } from '@/api/keys'
import { tokensQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { useConfirm } from '@/components/ui/confirm'
import { CopyButton } from '@/components/ui/copy-button'
import { Field, Input } from '@/components/ui/field'
import { Instant } from '@/components/ui/instant'
import { PasswordForm } from './password-form'

export function TokensPage() {
  return (
    <>
      <PageHeading title="Tokens and password" text={
          <>
            A token lets a program act as you. It is sent in the header <code className="font-mono text-sm">Authorization: Bearer</code>.
          </>
        } />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-5 xl:grid-cols-[minmax(0,1fr)_22rem]">
        <Tokens />
        <PasswordForm />
      </div>
    </>
  )
}

function Tokens() {
  const query = useQuery(tokensQuery)
  const cache = useQueryClient()
  const confirm = useConfirm()
  const [name, setName] = useState('')
  const refresh = () => cache.invalidateQueries({ queryKey: keys.tokens })
  const create = useMutation({ mutationFn: createToken, onSuccess: () => setName(''), onSettled: refresh })
  const revoke = useMutation({ mutationFn: revokeToken, onSettled: refresh })
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    create.mutate(name.trim())
  }
  const ask = async (id: string, token: string) => {
    const text = `Programs that use “${token}” are refused from then on. This cannot be undone.`
    if (await confirm({ title: 'Revoke this token?', text, action: 'Revoke it' })) revoke.mutate(id)
  }
  const error = query.error ?? create.error ?? revoke.error
  return (
    <Card aria-label="Tokens">
      <form onSubmit={submit} className="border-b border-border p-4">
        <Field label="New token" hint="Call it after the program that will use it.">
          {(control) => (
            <div className="flex gap-2">
              <Input {...control} required maxLength={64} value={name} onChange={(event) => setName(event.target.value)} />
              <Button type="submit" look="primary">
                Make token
              </Button>
            </div>
          )}
        </Field>
      </form>
      {create.data && (
        <div role="status" className="flex flex-wrap items-center gap-2 border-b border-border bg-ok-soft/50 px-4 py-3">
          <p className="w-full">This is the token “{create.data.name}”. It is shown this one time.</p>
          <code className="max-w-full truncate rounded-sm bg-card px-2 py-1 font-mono text-sm">{create.data.token}</code>
          <CopyButton text={create.data.token} label="Copy token" />
        </div>
      )}
      {error && (
        <div className="p-4">
          <Trouble error={error} onRetry={() => void query.refetch()} />
        </div>
      )}
      {query.isPending && <Skeleton className="m-4 h-24" />}
      {query.data?.tokens.length === 0 && (
        <Empty icon={<KeyRound aria-hidden />} title="No tokens" text="Programs need one; browsers do not." />
      )}
      <ul>
        {query.data?.tokens.map((token) => (
          <li key={token.id} className="flex items-center gap-3 border-b border-border px-4 py-2.5 last:border-b-0">
            <div className="min-w-0 flex-1">
              <p className="truncate font-medium">{token.name}</p>
              <p className="text-sm text-muted">
                Created <Instant at={token.created_at} />
                {token.last_used_at ? (
                  <>
                    , used <Instant at={token.last_used_at} />
                  </>
                ) : (
                  ', never used'
                )}
              </p>
            </div>
            <Button size="sm" look="danger" onClick={() => void ask(token.id, token.name)}>
              Revoke
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  )
}
