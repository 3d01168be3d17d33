// `/ops/queue`: the farm at work; the address holds what of it is looked at.
import { createFileRoute } from '@tanstack/react-router'
import { historyQuery, nodesQuery, queueQuery } from '@/api/farm-queries'
import { MINUTES_USUAL, type Minutes, QueuePage, type QueueView, isMinutes } from '@/features/queue'

const PATIENCE_MS = 1000
const patience = () => new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))

type Search = { page?: number; export?: string; task?: string; tasks?: 'table'; minutes?: Minutes }

function searchOf(raw: Record<string, unknown>): Search {
  const page = Math.floor(Number(raw.page))
  const minutes = String(raw.minutes)
  return {
    ...(page > 1 ? { page } : {}),
    ...(typeof raw.export === 'string' ? { export: raw.export } : {}),
    ...(typeof raw.task === 'string' ? { task: raw.task } : {}),
    ...(raw.tasks === 'table' ? { tasks: 'table' } : {}),
    ...(isMinutes(minutes) && minutes !== MINUTES_USUAL ? { minutes } : {}),
  }
}

export const Route = createFileRoute('/_app/ops/queue')({
  validateSearch: searchOf,
  loaderDeps: ({ search: { page = 1, minutes = MINUTES_USUAL } }) => ({ page, minutes }),
  // What decides how high the page's parts are is there before the page is, unless it takes long. A fault is shown by the page itself.
  loader: ({ context: { cache }, deps: { page, minutes } }) =>
    Promise.race([
      Promise.all([
        cache.prefetchQuery(queueQuery(page)),
        cache.prefetchQuery(nodesQuery),
        cache.prefetchQuery(historyQuery(Number(minutes))),
      ]),
      patience(),
    ]),
  component: Page,
})

function Page() {
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  const view: QueueView = { page: 1, tasks: 'grid', export: undefined, task: undefined, minutes: MINUTES_USUAL, ...search }
  return (
    <QueuePage
      view={view}
      onView={(part) => void navigate({ search: searchOf({ ...view, ...part }), replace: true, resetScroll: false })}
    />
  )
}
