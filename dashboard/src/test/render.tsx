// Renders a component the way a page would: with cache, router, tooltips, confirmations and notices around it.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import {
  RouterProvider,
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
} from '@tanstack/react-router'
import { render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import type { ReactNode } from 'react'
import { ConfirmProvider } from '@/components/ui/confirm'
import { Toaster } from '@/components/ui/toaster'
import { TooltipProvider } from '@/components/ui/tooltip'

export async function renderPage(page: ReactNode) {
  const cache = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const root = createRootRoute()
  const home = createRoute({ getParentRoute: () => root, path: '/', component: () => page })
  const other = createRoute({ getParentRoute: () => root, path: '$', component: () => <p>another page</p> })
  const router = createRouter({
    routeTree: root.addChildren([home, other]),
    history: createMemoryHistory({ initialEntries: ['/'] }),
  })
  await router.load()
  const view = render(
    <QueryClientProvider client={cache}>
      <TooltipProvider>
        <ConfirmProvider>
          {/* The test's router has other routes than the dashboard's. */}
          <RouterProvider router={router as never} />
          <Toaster />
        </ConfirmProvider>
      </TooltipProvider>
    </QueryClientProvider>,
  )
  return { ...view, cache, user: userEvent.setup() }
}
