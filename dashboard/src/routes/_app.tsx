// Every page of somebody who is signed in; whoever is not is sent to sign in first.
import { Outlet, createFileRoute, redirect } from '@tanstack/react-router'
import { ApiError } from '@/api/error'
import { meQuery } from '@/api/queries'
import { Shell } from '@/components/layout/shell'

export const Route = createFileRoute('/_app')({
  beforeLoad: async ({ context: { cache }, location }) => {
    await cache.ensureQueryData(meQuery).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 401) {
        throw redirect({ to: '/signin', search: location.href === '/' ? {} : { next: location.href } })
      }
      throw error
    })
  },
  component: () => (
    <Shell>
      <Outlet />
    </Shell>
  ),
})
