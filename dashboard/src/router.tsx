// The router and the query cache, made once, and what every page does while it loads or breaks.
import { QueryClient } from '@tanstack/react-query'
import { createRouter } from '@tanstack/react-router'
import { ApiError } from '@/api/error'
import { Broken, Loading, NotFound } from '@/components/layout/page-states'
import { routeTree } from './routeTree.gen'

const TRIES_MAX = 2

export function makeCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 1_000,
        // What was refused will be refused again; what was lost may come.
        retry: (failures, error) => error instanceof ApiError && error.isLost && failures < TRIES_MAX,
        refetchIntervalInBackground: false,
      },
    },
  })
}

export function makeRouter(cache: QueryClient) {
  return createRouter({
    routeTree,
    context: { cache },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingMs: 150,
    defaultPendingComponent: Loading,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  })
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
