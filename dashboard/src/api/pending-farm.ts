// Calls about the farm, written by hand before the document had them. Each is to give way to its generated one.
import { request } from './call'
import type { ExportStatus, Node, NodeState } from './gen'

/** Why something is not happening. */
export type Why = { code: string; message: string; place?: number }
export type FarmNode = Omit<Node, 'state'> & {
  state: NodeState | 'quarantined'
  /** Why it has slots that nobody uses. */
  idle?: Why
  quarantine_reason?: string
  quarantined_at?: string
}
export type TaskKind = 'index' | 'picture' | 'sound' | 'preview' | 'poster'
export type TaskState = 'ready' | 'leased' | 'done' | 'poisoned' | 'dropped'
export type Task = {
  id: string
  kind: TaskKind
  state: TaskState
  pool: string
  user_id: string
  video_id: string
  export_id?: string
  node_id?: string
  attempt: number
  failures: number
  error_message?: string
  error_detail?: string
  amount_total: number
  amount_done: number
  reused: boolean
  waiting?: Why
  lease_until?: string
  created_at: string
  finished_at?: string
}
export type NodeDetails = {
  node: FarmNode
  facts?: {
    version: string
    host: string
    cpu_count: number
    media_library: string
    encoders: { family: string; identity: string }[]
    sandbox_layers: string[]
  }
  tasks: Task[]
}
export type QueuedExport = {
  id: string
  user_id: string
  user_name: string
  video_id: string
  filename: string
  status: ExportStatus
  priority: number
  progress_percentage: number
  tasks: { ready: number; leased: number; done: number; poisoned: number }
  age_seconds: number
  created_at: string
  started_at?: string
  deadline_at?: string
  paused_at?: string
}
export type QueueCounts = {
  pending: number
  processing: number
  paused: number
  failed_last_hour: number
  tasks_waiting: number
  tasks_running: number
  nodes_online: number
  slots: number
  slots_busy: number
  oldest_wait_seconds?: number
}
export type Queue = { counts: QueueCounts; exports: QueuedExport[]; total: number }
export type TaskFilter = {
  export_id?: string | undefined
  node_id?: string | undefined
  state?: TaskState | undefined
  kind?: TaskKind | undefined
  page?: number
  limit?: number
  sort?: '-created_at' | 'created_at'
}

export const viewQueue = (page: number, signal?: AbortSignal) =>
  request<Queue>('GET', '/api/queue', { query: { page }, ...(signal ? { signal } : {}) })
export const listTasks = (filter: TaskFilter, signal?: AbortSignal) =>
  request<{ tasks: Task[]; total: number }>('GET', '/api/queue/tasks', { query: filter, ...(signal ? { signal } : {}) })

const order = (id: string, what: string, body: unknown = {}) =>
  request<{ export_id: string; tasks: number }>('POST', `/api/queue/exports/${id}/${what}`, { body })
export const setPriority = (id: string, priority: number) => order(id, 'priority', { priority })
export const pauseExport = (id: string) => order(id, 'pause')
export const resumeExport = (id: string) => order(id, 'resume')
/** Tries anew what is not done: one task, or everything. */
export const requeueExport = (id: string, task_id?: string) => order(id, 'requeue', task_id ? { task_id } : {})

export const viewNode = (id: string) => request<NodeDetails>('GET', `/api/nodes/${id}`)
export const drainNode = (id: string) => request<FarmNode>('POST', `/api/nodes/${id}/drain`)
export const resumeNode = (id: string) => request<FarmNode>('POST', `/api/nodes/${id}/resume`)
export const quarantineNode = (id: string, reason: string) =>
  request<FarmNode>('POST', `/api/nodes/${id}/quarantine`, { body: { reason } })
export const removeNode = (id: string) => request('DELETE', `/api/nodes/${id}`)

export type Usage = {
  month: string
  user_id: string
  user_name: string
  exports: number
  completed: number
  output_bytes: number
  rendered_tasks: number
  /** Minutes of one slot. */
  cost: number
}
export const viewUsage = (months: number, everybody: boolean) =>
  request<{ usage: Usage[]; total: number }>('GET', '/api/usage', {
    query: { months, everybody: everybody ? 'true' : undefined },
  })

export const WEBHOOK_EVENTS = [
  'export.completed',
  'export.failed',
  'export.cancelled',
  'video.ready',
  'video.failed',
] as const
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number]
export type Webhook = {
  id: string
  name: string
  url: string
  events: WebhookEvent[]
  enabled: boolean
  created_at: string
  updated_at: string
}
export type NewWebhook = { url: string; events?: WebhookEvent[]; name?: string; enabled?: boolean }
export type Delivery = {
  id: string
  event: string
  data: unknown
  state: 'pending' | 'delivered' | 'failed'
  attempts: number
  next_attempt_at?: string
  last_status?: number
  last_error?: string
  created_at: string
  ended_at?: string
}
export const listWebhooks = () => request<{ webhooks: Webhook[]; total: number }>('GET', '/api/webhooks')
export const createWebhook = (body: NewWebhook) =>
  request<{ webhook: Webhook; secret: string }>('POST', '/api/webhooks', { body })
export const editWebhook = (id: string, body: NewWebhook) => request<Webhook>('PUT', `/api/webhooks/${id}`, { body })
export const deleteWebhook = (id: string) => request('DELETE', `/api/webhooks/${id}`)
export const listDeliveries = (id: string) =>
  request<{ deliveries: Delivery[]; total: number }>('GET', `/api/webhooks/${id}/deliveries`, { query: { limit: 50 } })
export const replayDeliveries = (id: string, delivery_id?: string) =>
  request<{ deliveries: number }>('POST', `/api/webhooks/${id}/replay`, { body: delivery_id ? { delivery_id } : {} })
