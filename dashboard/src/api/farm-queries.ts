// What the operators' pages ask for, and under which key it is kept.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import * as actions from './actions'
import { call } from './call'
import { pollEvery } from './events'
import * as farm from './farm-actions'
import type { Task } from './gen'
import * as sdk from './gen/sdk.gen'
import { keys } from './keys'

/** A farm moves all the time. */
const moving = { refetchInterval: () => pollEvery(true), placeholderData: keepPreviousData }
/** The most that a list gives at once. */
const LIMIT_MAX = 100
/** A browser keeps six connections to one server, and one of them is the stream. */
const AT_ONCE = 4

export const nodesQuery = queryOptions({
  queryKey: keys.nodes,
  queryFn: ({ signal }) => call(sdk.listNodes({ signal, query: { limit: 100 } })),
  ...moving,
})

export const nodeQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.nodes, id], queryFn: ({ signal }) => farm.viewNode(id, signal), ...moving })

export const queueQuery = (page: number) =>
  queryOptions({ queryKey: [...keys.queue, page], queryFn: ({ signal }) => farm.viewQueue(page, signal), ...moving })

/** As often as there is another stretch, and once a minute where these are long. */
const HISTORY_EVERY_MAX_MS = 60_000

export const historyQuery = (minutes: number) =>
  queryOptions({
    queryKey: [...keys.history, minutes],
    queryFn: ({ signal }) => farm.viewHistory(minutes, signal),
    refetchInterval: ({ state }) => Math.min(HISTORY_EVERY_MAX_MS, (state.data?.step_seconds ?? 15) * 1000),
    placeholderData: keepPreviousData,
  })

/** Nothing gets stuck within seconds. */
const STUCK_EVERY_MS = 5000

export const stuckQuery = (factor: number) =>
  queryOptions({
    queryKey: [...keys.stuck, factor],
    queryFn: ({ signal }) => farm.listStuck(factor, signal),
    refetchInterval: STUCK_EVERY_MS,
    placeholderData: keepPreviousData,
  })

export const tasksQuery = (filter: farm.TaskFilter) =>
  queryOptions({
    queryKey: [...keys.queue, 'tasks', filter],
    queryFn: ({ signal }) => farm.listTasks(filter, signal),
    ...moving,
  })

/** Every task that fits, the oldest first. `pages` bounds them: an export of hours has thousands. */
export const allTasksQuery = (filter: farm.TaskFilter, pages = 100) =>
  queryOptions({
    queryKey: [...keys.queue, 'all-tasks', filter],
    queryFn: async ({ signal }) => {
      const ask = (page: number) => farm.listTasks({ ...filter, page, limit: LIMIT_MAX, sort: 'created_at' }, signal)
      const first = await ask(1)
      const last = Math.min(pages, Math.ceil(first.total / LIMIT_MAX))
      const rest: Task[][] = []
      for (let page = 2; page <= last; page += AT_ONCE) {
        const some = Array.from({ length: Math.min(AT_ONCE, last - page + 1) }, (_, index) => ask(page + index))
        rest.push(...(await Promise.all(some)).map(({ tasks }) => tasks))
      }
      // What moves from one page to another while they are read is there once.
      const known = new Map([first.tasks, ...rest].flat().map((task) => [task.id, task]))
      return { tasks: [...known.values()], total: first.total }
    },
    ...moving,
  })

export const usageQuery = (months: number, everybody: boolean) =>
  queryOptions({ queryKey: ['usage', months, everybody], queryFn: () => actions.viewUsage(months, everybody) })
export const webhooksQuery = queryOptions({ queryKey: keys.webhooks, queryFn: actions.listWebhooks })
export const deliveriesQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.webhooks, id], queryFn: () => actions.listDeliveries(id), refetchInterval: 5000 })
