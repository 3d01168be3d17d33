// `/ops/nodes/{id}`: one machine.
import { createFileRoute } from '@tanstack/react-router'
import { nodeQuery } from '@/api/farm-queries'
import { NodePage } from '@/features/nodes'

export const Route = createFileRoute('/_app/ops/nodes/$id')({
  loader: ({ context: { cache }, params: { id } }) => cache.ensureQueryData(nodeQuery(id)),
  component: Page,
})

function Page() {
  return <NodePage id={Route.useParams().id} />
}
