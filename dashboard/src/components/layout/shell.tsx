// The frame around every page: skip link, header, navigation, and what can be opened from everywhere.
import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { Keyboard, Search } from 'lucide-react'
import { type ReactNode, Suspense, lazy, useEffect, useState } from 'react'
import { connect } from '@/api/events'
import { Button } from '@/components/ui/button'
import { Kbd } from '@/components/ui/card'
import { useTellWhenOver } from '@/components/tell-when-over'
import { mayDo, useMe } from '@/features/auth/session'
import { useShortcuts } from '@/hooks/use-shortcuts'
import { AccountMenu } from './account-menu'
import { Brand } from './brand'
import { ConnectionPill } from './connection-pill'
import { Navigation } from './navigation'
import { PLACES } from './places'
import { ThemeMenu } from './theme-menu'

const CommandPalette = lazy(() => import('./command-palette'))
const ShortcutSheet = lazy(() => import('./shortcut-sheet'))

export function Shell({ children }: { children: ReactNode }) {
  const [opened, setOpened] = useState<'palette' | 'shortcuts'>()
  const navigate = useNavigate()
  const cache = useQueryClient()
  const isOperator = mayDo(useMe(), 'operator')
  useEffect(() => connect(cache, isOperator), [cache, isOperator])
  useTellWhenOver()
  const goTo = PLACES.flatMap(({ keys, to }) => (keys ? [[keys, () => void navigate({ to })] as const] : []))
  // What is typed while the palette or the sheet comes is meant for it.
  const listening = opened === undefined
  useShortcuts({
    ...Object.fromEntries(goTo),
    'mod+k': () => setOpened('palette'),
    '?': () => setOpened('shortcuts'),
    '/': () => {
      const search = document.querySelector<HTMLElement>('input[type=search]')
      if (search) search.focus()
      else setOpened('palette')
    },
    r: () => void cache.invalidateQueries(),
  }, listening)
  const close = () => setOpened(undefined)
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[13.5rem_minmax(0,1fr)] lg:grid-rows-[3.5rem_minmax(0,1fr)]">
      <a
        href="#main"
        className="sr-only z-60 rounded-md bg-primary px-3 py-2 text-on-primary focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to the page
      </a>
      <header className="sticky top-0 z-40 flex h-14 items-center gap-2 border-b border-border bg-background px-4 lg:col-span-2">
        <Link to="/" className="mr-auto flex rounded-md" aria-label="Reelfarm, home">
          <Brand />
        </Link>
        <Button look="plain" size="sm" onClick={() => setOpened('palette')} aria-label="Go anywhere" className="text-muted">
          <Search aria-hidden />
          <span className="hidden sm:inline">Go anywhere</span>
          <span className="hidden gap-0.5 sm:flex">
            <Kbd>Ctrl</Kbd>
            <Kbd>K</Kbd>
          </span>
        </Button>
        <ConnectionPill />
        <Button look="quiet" size="icon-sm" aria-label="Shortcuts" className="max-sm:hidden!" onClick={() => setOpened('shortcuts')}>
          <Keyboard aria-hidden />
        </Button>
        <ThemeMenu />
        <AccountMenu />
      </header>
      <div className="lg:sticky lg:top-14 lg:h-[calc(100dvh-3.5rem)] lg:border-r lg:border-border">
        <Navigation />
      </div>
      <main id="main" tabIndex={-1} className="min-w-0 px-4 py-6 outline-none sm:px-6 lg:px-8">
        {children}
      </main>
      <Suspense>
        {opened === 'palette' && <CommandPalette open onClose={close} />}
        {opened === 'shortcuts' && <ShortcutSheet open onClose={close} />}
      </Suspense>
    </div>
  )
}
