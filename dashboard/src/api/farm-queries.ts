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

export const nodesQuery = queryOptions({
  queryKey: keys.nodes,
  queryFn: ({ signal }) => call(sdk.listNodes({ signal })),
  ...moving,
})

export const nodeQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.nodes, id], queryFn: ({ signal }) => farm.viewNode(id, signal), ...moving })

export const queueQuery = (page: number) =>
  queryOptions({ queryKey: [...keys.queue, page], queryFn: ({ signal }) => farm.viewQueue(page, signal), ...moving })

export const tasksQuery = (filter: farm.TaskFilter) =>
  queryOptions({
    queryKey: [...keys.queue, 'tasks', filter],
    queryFn: ({ signal }) => farm.listTasks(filter, signal),
    ...moving,
  })

/** Every task that fits, page after page; a farm's open tasks are some hundreds, and `pages` bounds them. */
export const allTasksQuery = (filter: farm.TaskFilter, pages = 10) =>
  queryOptions({
    queryKey: [...keys.queue, 'all-tasks', filter],
    queryFn: async ({ signal }) => {
      const tasks: Task[] = []
      for (let page = 1; page <= pages; page += 1) {
        const found = await farm.listTasks({ ...filter, page, limit: LIMIT_MAX, sort: 'created_at' }, signal)
        tasks.push(...found.tasks)
        if (found.tasks.length < LIMIT_MAX || tasks.length >= found.total) return { tasks, total: found.total }
      }
      return { tasks, total: tasks.length }
    },
    ...moving,
  })

export const usageQuery = (months: number, everybody: boolean) =>
  queryOptions({ queryKey: ['usage', months, everybody], queryFn: () => actions.viewUsage(months, everybody) })
export const webhooksQuery = queryOptions({ queryKey: keys.webhooks, queryFn: actions.listWebhooks })
export const deliveriesQuery = (id: string) =>
  queryOptions({ queryKey: [...keys.webhooks, id], queryFn: () => actions.listDeliveries(id), refetchInterval: 5000 })
