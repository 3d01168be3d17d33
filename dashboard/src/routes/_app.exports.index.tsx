// `/exports`: all exports; the address holds what of the list is shown.
import { createFileRoute } from '@tanstack/react-router'
import { PageHeading } from '@/components/ui/card'
import { ExportsList, type ListView, WHOLE_LIST } from '@/features/exports'

type Search = Partial<ListView>

const CHOICES = {
  status: ['pending', 'processing', 'completed', 'failed', 'cancelled'],
  format: ['mp4', 'mov', 'webm'],
  resolution: ['720p', '1080p', '4k'],
  sort: ['created_at'],
} as const

/** What is said of the list other than usual; anything unknown is as if it were not there. */
function searchOf(raw: Record<string, unknown>): Search {
  const search: Search = {}
  const page = Math.floor(Number(raw.page))
  if (page > 1) search.page = page
  const known = <V extends string>(name: string, values: readonly V[]) => values.find((value) => value === raw[name])
  const status = known('status', CHOICES.status)
  const format = known('format', CHOICES.format)
  const resolution = known('resolution', CHOICES.resolution)
  const sort = known('sort', CHOICES.sort)
  const text = typeof raw.search === 'string' || typeof raw.search === 'number' ? String(raw.search).slice(0, 200) : ''
  return {
    ...search,
    ...(text ? { search: text } : {}),
    ...(status ? { status } : {}),
    ...(format ? { format } : {}),
    ...(resolution ? { resolution } : {}),
    ...(sort ? { sort } : {}),
  }
}

export const Route = createFileRoute('/_app/exports/')({
  validateSearch: searchOf,
  component: Page,
})

function Page() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <>
      <PageHeading title="Exports" />
      <ExportsList
        view={{ ...WHOLE_LIST, ...search }}
        onView={(view) => void navigate({ search: searchOf(view), replace: true })}
      />
    </>
  )
}
