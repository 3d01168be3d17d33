// `/videos`: all videos; the address holds which of them are shown.
import { createFileRoute } from '@tanstack/react-router'
import { ALL_VIDEOS, VideosPage, type VideosView } from '@/features/videos'

/** What is said of the list other than usual; anything unknown is as if it were not there. */
function searchOf(raw: Record<string, unknown>): Partial<VideosView> {
  const page = Math.floor(Number(raw.page))
  const text = typeof raw.search === 'string' || typeof raw.search === 'number' ? String(raw.search).slice(0, 200) : ''
  return {
    ...(page > 1 ? { page } : {}),
    ...(text ? { search: text } : {}),
    ...(raw.sort === 'created_at' ? { sort: raw.sort } : {}),
  }
}

export const Route = createFileRoute('/_app/videos/')({
  validateSearch: searchOf,
  component: Page,
})

function Page() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <VideosPage
      view={{ ...ALL_VIDEOS, ...search }}
      onView={(view) => void navigate({ search: searchOf(view), replace: view.page === (search.page ?? 1) })}
    />
  )
}
