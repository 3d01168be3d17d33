// The page before somebody is signed in.
import { createFileRoute } from '@tanstack/react-router'
import { SignIn } from '@/features/auth/sign-in'

/** Only a path of this dashboard is gone to afterwards. */
const pathOf = (next: unknown): string =>
  typeof next === 'string' && next.startsWith('/') && !next.startsWith('//') ? next : '/'

export const Route = createFileRoute('/signin')({
  validateSearch: (search: Record<string, unknown>): { next?: string } => {
    const next = pathOf(search.next)
    return next === '/' ? {} : { next }
  },
  component: Page,
})

function Page() {
  return <SignIn next={Route.useSearch().next ?? '/'} />
}
