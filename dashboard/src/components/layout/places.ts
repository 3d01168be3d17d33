// The places of the dashboard: what the navigation, the palette and the shortcuts lead to. Spelled here once.
import {
  Clapperboard,
  Download,
  House,
  KeyRound,
  type LucideIcon,
  Settings,
} from 'lucide-react'
import type { Role } from '@/api/gen'

export type Place = {
  to: '/' | '/videos' | '/exports' | '/settings' | '/access'
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
]
