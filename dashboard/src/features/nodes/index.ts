// What the routes and other features may use of nodes.
export { NodePage } from './node-page'
export { NodesPage } from './nodes-page'
export { idleReason } from './idle'
