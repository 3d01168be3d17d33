// Who may use the farm, and as what. For admins.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Link2, Plus, UserCheck, UserX } from 'lucide-react'
import { useState } from 'react'
import { changeUser, createLoginLink } from '@/api/actions'
import { sentence } from '@/api/error'
import type { Account, Role, UserChange } from '@/api/gen'
import { keys } from '@/api/keys'
import { usersQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { useConfirm } from '@/components/ui/confirm'
import { CopyButton } from '@/components/ui/copy-button'
import { Dialog } from '@/components/ui/dialog'
import { inputLook } from '@/components/ui/field'
import { Instant } from '@/components/ui/instant'
import { MenuItem, MenuLine } from '@/components/ui/menu'
import { MoreMenu } from '@/components/ui/more-menu'
import { Select } from '@/components/ui/select'
import { ActionsHead, Cell, Head, Row, Table } from '@/components/ui/table'
import { toast } from '@/components/ui/toast'
import { useMe } from '@/features/auth/session'
import { cn } from '@/lib/class-names'
import { NewUserDialog, ROLES } from './new-user-dialog'

export function UsersPage() {
  const query = useQuery(usersQuery)
  const [adding, setAdding] = useState(false)
  const [link, setLink] = useState<{ name: string; url: string }>()
  return (
    <>
      <PageHeading
        title="Users"
        text="Creators export, operators also run the farm, admins also decide who may do what."
        actions={
          <Button look="primary" onClick={() => setAdding(true)}>
            <Plus aria-hidden />
            New user
          </Button>
        }
      />
      {query.error && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
      <Card className={cn('overflow-hidden', query.error && !query.data && 'hidden')}>
        {query.isPending && <Skeleton className="m-4 h-40" />}
        {query.data && (
          <Table label="Users">
            <thead>
              <tr>
                <Head>Name</Head>
                <Head>Role</Head>
                <Head>Account</Head>
                <Head>Signs in with</Head>
                <Head>Created</Head>
                <ActionsHead />
              </tr>
            </thead>
            <tbody>
              {query.data.users.map((user) => (
                <Line key={user.id} user={user} onLink={(url) => setLink({ name: user.name, url })} />
              ))}
            </tbody>
          </Table>
        )}
      </Card>
      {adding && <NewUserDialog onClose={() => setAdding(false)} />}
      <Dialog
        open={link !== undefined}
        onOpenChange={(open) => !open && setLink(undefined)}
        title={`Login link for ${link?.name ?? ''}`}
        description="It signs a browser in once, within an hour. It is shown this one time."
      >
        <div className="flex gap-2">
          <input readOnly aria-label="Login link" className={inputLook} value={link?.url ?? ''} />
          <CopyButton size="md" text={link?.url ?? ''} label="Copy link" />
        </div>
      </Dialog>
    </>
  )
}

function Line({ user, onLink }: { user: Account; onLink: (url: string) => void }) {
  const me = useMe()
  const cache = useQueryClient()
  const confirm = useConfirm()
  const failed = (error: unknown) => toast.error('That did not work', { description: sentence(error) })
  const change = useMutation({
    mutationFn: (body: UserChange) => changeUser(user.id, body),
    onError: failed,
    onSettled: () => cache.invalidateQueries({ queryKey: keys.users }),
  })
  const link = useMutation({ mutationFn: () => createLoginLink(user.id), onSuccess: ({ url }) => onLink(url), onError: failed })
  const own = user.id === me?.id
  const disable = async () => {
    const text = `${user.name} is signed out everywhere and gets in no more. Exports and videos stay.`
    if (await confirm({ title: `Disable ${user.name}?`, text, action: 'Disable' })) change.mutate({ disabled: true })
  }
  return (
    <Row className={user.disabled ? 'text-muted' : undefined}>
      <Cell className="font-medium whitespace-nowrap">
        {user.name}
        {own && <span className="text-muted"> (you)</span>}
      </Cell>
      <Cell>
        {own ? (
          ROLES.find(({ value }) => value === user.role)?.label
        ) : (
          <Select<Role>
            label={`Role of ${user.name}`}
            value={user.role}
            onChange={(role) => change.mutate({ role })}
            choices={ROLES}
            className="min-w-30"
          />
        )}
      </Cell>
      <Cell>{user.disabled ? 'Disabled' : 'Active'}</Cell>
      <Cell className="text-muted">
        <span className="flex items-center gap-1.5">
          {user.has_password ? <KeyRound className="size-4" aria-hidden /> : <Link2 className="size-4" aria-hidden />}
          {user.has_password ? 'Password' : 'Login link'}
        </span>
      </Cell>
      <Cell className="whitespace-nowrap text-muted">
        <Instant at={user.created_at} />
      </Cell>
      <Cell className="w-12 text-right">
        <MoreMenu of={user.name}>
          <MenuItem icon={<Link2 aria-hidden />} disabled={user.disabled} onSelect={() => link.mutate()}>
            Make a login link
          </MenuItem>
          <MenuLine />
          {user.disabled ? (
            <MenuItem icon={<UserCheck aria-hidden />} onSelect={() => change.mutate({ disabled: false })}>
              Enable
            </MenuItem>
          ) : (
            <MenuItem danger icon={<UserX aria-hidden />} disabled={own} onSelect={() => void disable()}>
              Disable…
            </MenuItem>
          )}
        </MoreMenu>
      </Cell>
    </Row>
  )
}
