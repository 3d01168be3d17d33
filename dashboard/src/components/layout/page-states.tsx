// What stands in place of a page: not found, not allowed, broken, still loading.
import { Link, useRouter } from '@tanstack/react-router'
import { Compass, Lock, TriangleAlert } from 'lucide-react'
import { ApiError, sentence } from '@/api/error'
import type { Role } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Empty, Skeleton } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy-button'

export function NotFound() {
  return (
    <Empty
      icon={<Compass aria-hidden />}
      title="There is nothing here"
      text="The address is wrong, or what was here is deleted."
      action={
        <Button asChild look="primary">
          <Link to="/">Go home</Link>
        </Button>
      }
    />
  )
}

export function NotAllowed({ needs }: { needs: Role }) {
  return (
    <Empty
      icon={<Lock aria-hidden />}
      title="You have no access to this page"
      text={`It is for ${needs === 'admin' ? 'admins' : 'operators and admins'}. Ask an admin to change your role.`}
      action={
        <Button asChild>
          <Link to="/">Go home</Link>
        </Button>
      }
    />
  )
}

export function Broken({ error }: { error: unknown }) {
  const router = useRouter()
  if (error instanceof ApiError && error.status === 404) return <NotFound />
  const requestId = error instanceof ApiError ? error.requestId : undefined
  return (
    <div role="alert">
      <Empty
        icon={<TriangleAlert aria-hidden />}
        title="This page could not be shown"
        text={error instanceof ApiError ? sentence(error) : `The page has a fault of its own: “${sentence(error)}”. What was ordered goes on all the same.`}
        action={
          <div className="flex flex-wrap justify-center gap-2">
            <Button look="primary" onClick={() => void router.invalidate()}>
              Try again
            </Button>
            {requestId && <CopyButton size="md" text={requestId} label="Copy the request’s id" />}
          </div>
        }
      />
    </div>
  )
}

export function Loading() {
  return (
    <div role="status" aria-label="Loading" className="flex flex-col gap-4">
      <Skeleton className="h-8 w-56" />
      <Skeleton className="h-64 w-full" />
    </div>
  )
}
