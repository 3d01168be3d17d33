// `/ops/nodes/{id}`: one machine.
import { createFileRoute } from '@tanstack/react-router'
import { NodePage } from '@/features/nodes'

export const Route = createFileRoute('/_app/ops/nodes/$id')({ component: Page })

function Page() {
  return <NodePage id={Route.useParams().id} />
}
