// Who is signed in, and the way out.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { BookOpen, KeyRound, LogOut, UserRound } from 'lucide-react'
import { logout } from '@/api/actions'
import { Button } from '@/components/ui/button'
import { Menu, MenuHeading, MenuItem, MenuLine } from '@/components/ui/menu'
import { useMe } from '@/features/auth/session'

export function AccountMenu() {
  const me = useMe()
  const cache = useQueryClient()
  const navigate = useNavigate()
  const leave = useMutation({
    mutationFn: logout,
    onSettled: async () => {
      await navigate({ to: '/signin' })
      cache.clear()
    },
  })
  return (
    <Menu
      label="Account"
      trigger={
        <Button look="quiet" size="icon-sm" aria-label="Account">
          <UserRound aria-hidden />
        </Button>
      }
    >
      <MenuHeading>
        Signed in as {me?.name}
        {me && me.name !== me.role && `, ${me.role}`}
      </MenuHeading>
      <MenuItem icon={<KeyRound aria-hidden />} onSelect={() => void navigate({ to: '/access' })}>
        Password and tokens
      </MenuItem>
      <MenuItem icon={<BookOpen aria-hidden />} onSelect={() => window.open('/docs', '_blank', 'noreferrer')}>
        API documentation
      </MenuItem>
      <MenuLine />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => leave.mutate()}>
        Sign out
      </MenuItem>
    </Menu>
  )
}
