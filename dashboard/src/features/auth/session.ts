// Who is signed in, and what they may see. The coordinator decides; this only spares people doors that are shut.
import { useQuery } from '@tanstack/react-query'
import type { Role, User } from '@/api/gen'
import { meQuery } from '@/api/queries'

const RANK: Record<Role, number> = { creator: 0, operator: 1, admin: 2 }

export const mayDo = (user: User | undefined, needed: Role): boolean =>
  user !== undefined && RANK[user.role] >= RANK[needed]

export function useMe(): User | undefined {
  return useQuery(meQuery).data
}
