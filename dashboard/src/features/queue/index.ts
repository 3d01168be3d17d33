// What the routes and other features may use of the queue.
export { FailuresPage } from './failures-page'
export { QueuePage, type QueueView } from './queue-page'
export { TaskTable } from './task-table'
export { PartsGrid } from './parts-grid'
