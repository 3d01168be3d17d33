// The operators' calls of the generated client, in the form the pages use: one argument in, the data or an ApiError out.
import { done } from './actions'
import { call } from './call'
import type { JoinToken, ListTasksData, Node, NodeDetails, Ordered, Queue, QueueHistory, StuckTasks, Tasks } from './gen'
import * as sdk from './gen/sdk.gen'

export type TaskFilter = NonNullable<ListTasksData['query']>

export const viewQueue = (page: number, signal: AbortSignal): Promise<Queue> => call(sdk.viewQueue({ query: { page }, signal }))
export const viewHistory = (minutes: number, signal: AbortSignal): Promise<QueueHistory> =>
  call(sdk.viewQueueHistory({ query: { minutes }, signal }))
export const listStuck = (factor: number, signal: AbortSignal): Promise<StuckTasks> =>
  call(sdk.listStuckTasks({ query: { factor }, signal }))
export const listTasks = (query: TaskFilter, signal: AbortSignal): Promise<Tasks> => call(sdk.listTasks({ query, signal }))

export const setPriority = (id: string, priority: number): Promise<Ordered> =>
  call(sdk.setPriority({ path: { id }, body: { priority } }))
export const pauseExport = (id: string): Promise<Ordered> => call(sdk.pauseExport({ path: { id } }))
export const resumeExport = (id: string): Promise<Ordered> => call(sdk.resumeExport({ path: { id } }))
/** Tries anew what is not done: one task, or everything. */
export const requeueExport = (id: string, task?: string): Promise<Ordered> =>
  call(sdk.requeueExport({ path: { id }, body: task === undefined ? {} : { task_id: task } }))

export const viewNode = (id: string, signal: AbortSignal): Promise<NodeDetails> => call(sdk.viewNode({ path: { id }, signal }))
export const drainNode = (id: string): Promise<Node> => call(sdk.drainNode({ path: { id } }))
export const resumeNode = (id: string): Promise<Node> => call(sdk.resumeNode({ path: { id } }))
export const quarantineNode = (id: string, reason: string): Promise<Node> =>
  call(sdk.quarantineNode({ path: { id }, body: { reason } }))
export const removeNode = (id: string): Promise<void> => done(sdk.deleteNode({ path: { id } }))
/** Lets one machine join the farm. */
export const createJoinToken = (name: string): Promise<JoinToken> => call(sdk.createJoinToken({ body: { name } }))
