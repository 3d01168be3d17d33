// The root of all routes: what every page gets, and nothing that is seen.
import type { QueryClient } from '@tanstack/react-query'
import { Outlet, createRootRouteWithContext } from '@tanstack/react-router'

export const Route = createRootRouteWithContext<{ cache: QueryClient }>()({ component: Outlet })
