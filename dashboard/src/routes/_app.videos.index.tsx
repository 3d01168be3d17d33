// `/videos`: all videos.
import { createFileRoute } from '@tanstack/react-router'
import { VideosPage } from '@/features/videos'

const pageOf = (page: unknown): number => Math.max(1, Math.floor(Number(page ?? 1)) || 1)

export const Route = createFileRoute('/_app/videos/')({
  validateSearch: (search: Record<string, unknown>): { page?: number } => {
    const page = pageOf(search.page)
    return page === 1 ? {} : { page }
  },
  component: Page,
})

function Page() {
  const { page = 1 } = Route.useSearch()
  const navigate = Route.useNavigate()
  return <VideosPage page={page} onPage={(next) => void navigate({ search: next === 1 ? {} : { page: next } })} />
}
