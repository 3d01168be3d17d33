// `/`: home.
import { createFileRoute } from '@tanstack/react-router'
import { exportsQuery, videosQuery } from '@/api/queries'
import { HomePage } from '@/features/home/home-page'

export const Route = createFileRoute('/_app/')({
  loader: ({ context: { cache } }) => {
    void cache.prefetchQuery(videosQuery({ limit: 4 }))
    void cache.prefetchQuery(exportsQuery({ page: 1, limit: 10 }))
  },
  component: HomePage,
})
