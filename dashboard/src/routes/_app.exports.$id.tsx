// `/exports/{id}`: one export.
import { createFileRoute } from '@tanstack/react-router'
import { exportQuery } from '@/api/queries'
import { ExportPage } from '@/features/exports'

export const Route = createFileRoute('/_app/exports/$id')({
  loader: ({ context: { cache }, params: { id } }) => cache.ensureQueryData(exportQuery(id)),
  component: Page,
})

function Page() {
  return <ExportPage id={Route.useParams().id} />
}
