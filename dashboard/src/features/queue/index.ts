// What the routes and other features may use of the queue.
export { FailuresPage } from './failures-page'
export { MINUTES_USUAL, type Minutes, isMinutes } from './minutes'
export { FACTOR_USUAL, type Factor, isFactor } from './factor'
export { QueuePage, type QueueView } from './queue-page'
export { TaskTable } from './task-table'
export { PartsGrid } from './parts-grid'
