// `/ops/users`: who may use the farm.
import { createFileRoute } from '@tanstack/react-router'
import { NotAllowed } from '@/components/layout/page-states'
import { mayDo, useMe } from '@/features/auth/session'
import { UsersPage } from '@/features/users/users-page'

export const Route = createFileRoute('/_app/ops/users')({ component: Page })

function Page() {
  return mayDo(useMe(), 'admin') ? <UsersPage /> : <NotAllowed needs="admin" />
}
