// `/videos/{id}`: the editor of a video.
import { createFileRoute } from '@tanstack/react-router'
import { videoQuery } from '@/api/queries'
import { EditorPage } from '@/features/editor'

export const Route = createFileRoute('/_app/videos/$id')({
  loader: ({ context: { cache }, params: { id } }) => cache.ensureQueryData(videoQuery(id)),
  component: Page,
})

function Page() {
  return <EditorPage id={Route.useParams().id} />
}
