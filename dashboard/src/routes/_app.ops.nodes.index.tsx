// `/ops/nodes`: the farm's machines.
import { createFileRoute } from '@tanstack/react-router'
import { NodesPage } from '@/features/nodes'

export const Route = createFileRoute('/_app/ops/nodes/')({ component: NodesPage })
