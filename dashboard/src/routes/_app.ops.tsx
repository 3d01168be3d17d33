// `/ops`: what only those see who run the farm.
import { Outlet, createFileRoute } from '@tanstack/react-router'
import { NotAllowed } from '@/components/layout/page-states'
import { mayDo, useMe } from '@/features/auth/session'

export const Route = createFileRoute('/_app/ops')({ component: Page })

function Page() {
  const me = useMe()
  return mayDo(me, 'operator') ? <Outlet /> : <NotAllowed needs="operator" />
}
