// The farm at work: numbers, everybody's open exports, and every task in the hands of its node.
import { useQuery } from '@tanstack/react-query'
import { Coffee } from 'lucide-react'
import { allTasksQuery, historyQuery, nodesQuery, queueQuery } from '@/api/farm-queries'
import type { Task } from '@/api/gen'
import { Button } from '@/components/ui/button'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { Pager } from '@/components/ui/pager'
import { Tabs } from '@/components/ui/tabs'
import { useLastPage } from '@/hooks/use-last-page'
import { Figures } from './figures'
import { History } from './history'
import type { Minutes } from './minutes'
import { PartsGrid } from './parts-grid'
import { QueuedExports } from './queued-exports'
import { TaskDrawer } from './task-drawer'
import { TaskTable } from './task-table'

const PAGE_SIZE = 10

export type QueueView = { page: number; export: string | undefined; task: string | undefined; tasks: 'grid' | 'table'; minutes: Minutes }

type Props = { view: QueueView; onView: (view: Partial<QueueView>) => void }

/** The tasks that are shown: of one export all of them, of the farm those that run or wait. */
function useTasks(exportId: string | undefined): { tasks: Task[]; error: Error | null; isPending: boolean } {
  const one = useQuery({ ...allTasksQuery({ export_id: exportId }), enabled: exportId !== undefined })
  const running = useQuery({ ...allTasksQuery({ state: 'leased' }), enabled: exportId === undefined })
  const waiting = useQuery({ ...allTasksQuery({ state: 'ready' }), enabled: exportId === undefined })
  if (exportId !== undefined) return { tasks: one.data?.tasks ?? [], error: one.error, isPending: one.isPending }
  return {
    tasks: [...(running.data?.tasks ?? []), ...(waiting.data?.tasks ?? [])],
    error: running.error ?? waiting.error,
    isPending: running.isPending || waiting.isPending,
  }
}

export function QueuePage({ view, onView }: Props) {
  const queue = useQuery(queueQuery(view.page))
  const toPage = (page: number) => onView({ page })
  const total = queue.isPlaceholderData ? undefined : queue.data?.total
  const beyond = useLastPage({ page: view.page, pageSize: PAGE_SIZE, total, onPage: toPage })
  const { tasks, error, isPending } = useTasks(view.export)
  const history = useQuery(historyQuery(Number(view.minutes)))
  const trouble = queue.error ?? error ?? history.error
  const retry = () => Promise.all([queue.refetch(), history.refetch()])
  const shown = queue.data?.exports.find(({ id }) => id === view.export)
  return (
    <>
      <PageHeading title="Queue" />
      {trouble && (
        <div className="mb-4">
          <Trouble error={trouble} onRetry={() => void retry()} />
        </div>
      )}
      {queue.isPending && <Skeleton className="mb-5 h-24" />}
      {queue.data && <Figures counts={queue.data.counts} />}
      {(history.data || !history.error) && (
        <History history={history.data} minutes={view.minutes} onMinutes={(minutes) => onView({ minutes })} />
      )}
      {queue.data && !beyond && (
        <Card className="mb-5 overflow-hidden" aria-label="Open exports">
          {queue.data.total === 0 ? (
            <Empty icon={<Coffee aria-hidden />} title="Nothing to do" text="No export is open. The farm rests." />
          ) : (
            <QueuedExports
              exports={queue.data.exports}
              picked={view.export}
              onPick={(id) => onView({ export: id, task: undefined })}
            />
          )}
          {queue.data.total > PAGE_SIZE && (
            <Pager
              page={view.page}
              pageSize={PAGE_SIZE}
              total={queue.data.total}
              noun="export"
              onPage={toPage}
            />
          )}
        </Card>
      )}
      {/* What could not be fetched is no empty farm. */}
      {(tasks.length > 0 || !error) && <TasksPart view={view} onView={onView} tasks={tasks} isPending={isPending} title={shown?.filename} />}
    </>
  )
}

type PartProps = Props & { tasks: Task[]; isPending: boolean; title: string | undefined }

function TasksPart({ view, onView, tasks, isPending, title }: PartProps) {
  const nodes = useQuery(nodesQuery).data?.nodes ?? []
  const picked = tasks.find(({ id }) => id === view.task)
  const nodeName = (id: string) => nodes.find((node) => node.id === id)?.name ?? id.slice(-6)
  const pickTask = (task: Task | undefined) => onView({ task: task?.id })
  return (
    <>
      <div className="flex items-center gap-3">
        <h2 className="text-lg font-semibold">{view.export ? `Tasks of ${title ?? 'one export'}` : 'Tasks'}</h2>
        {view.export && (
          <Button size="sm" look="quiet" onClick={() => onView({ export: undefined, task: undefined })}>
            Show all
          </Button>
        )}
      </div>
      <Tabs
        label="Tasks as"
        value={view.tasks}
        onChange={(shape) => onView({ tasks: shape })}
        tabs={[
          { value: 'grid', label: 'Grid' },
          { value: 'table', label: 'Table' },
        ]}
      >
        <div className={picked ? 'grid grid-cols-[minmax(0,1fr)] items-start gap-5 xl:grid-cols-[minmax(0,1fr)_24rem]' : undefined}>
          <Card className="overflow-hidden" aria-label="Tasks">
            {isPending && <Skeleton className="m-4 h-32" />}
            {!isPending && view.tasks === 'grid' && (
              <PartsGrid nodes={nodes} tasks={tasks} picked={view.task} onPick={pickTask} />
            )}
            {!isPending && view.tasks === 'table' && (
              <TaskTable tasks={tasks} label="Tasks" nodeName={nodeName} onPick={pickTask} />
            )}
          </Card>
          {picked && <TaskDrawer key={picked.id} task={picked} nodeName={nodeName} onClose={() => pickTask(undefined)} />}
        </div>
      </Tabs>
    </>
  )
}
