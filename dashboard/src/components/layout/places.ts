// The places of the dashboard: what the navigation, the palette and the shortcuts lead to. Spelled here once.
import {
  Activity,
  ChartColumn,
  Clapperboard,
  Download,
  House,
  KeyRound,
  type LucideIcon,
  Server,
  Settings,
  TriangleAlert,
  Users,
  Webhook,
} from 'lucide-react'
import type { Role } from '@/api/gen'

export type Place = {
  to: '/' | '/videos' | '/exports' | '/settings' | '/access' | '/webhooks' | '/usage' | '/ops/queue'
    | '/ops/failures' | '/ops/nodes' | '/ops/users'
  name: string
  icon: LucideIcon
  needs: Role
  keys?: string
  group: 'create' | 'account' | 'farm'
}

export const PLACES: readonly Place[] = [
  { to: '/', name: 'Home', icon: House, needs: 'creator', keys: 'g h', group: 'create' },
  { to: '/videos', name: 'Videos', icon: Clapperboard, needs: 'creator', keys: 'g v', group: 'create' },
  { to: '/exports', name: 'Exports', icon: Download, needs: 'creator', keys: 'g e', group: 'create' },
  { to: '/settings', name: 'Settings', icon: Settings, needs: 'creator', keys: 'g s', group: 'account' },
  { to: '/access', name: 'Tokens', icon: KeyRound, needs: 'creator', group: 'account' },
  { to: '/webhooks', name: 'Webhooks', icon: Webhook, needs: 'creator', group: 'account' },
  { to: '/usage', name: 'Usage', icon: ChartColumn, needs: 'creator', keys: 'g u', group: 'account' },
  { to: '/ops/queue', name: 'Queue', icon: Activity, needs: 'operator', keys: 'g q', group: 'farm' },
  { to: '/ops/failures', name: 'Failures', icon: TriangleAlert, needs: 'operator', keys: 'g f', group: 'farm' },
  { to: '/ops/nodes', name: 'Nodes', icon: Server, needs: 'operator', keys: 'g n', group: 'farm' },
  { to: '/ops/users', name: 'Users', icon: Users, needs: 'admin', group: 'farm' },
]
