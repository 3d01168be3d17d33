// The navigation: a column beside the page, and a strip above it on a small screen.
import { Link, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { useMe, mayDo } from '@/features/auth/session'
import { PLACES, type Place } from './places'

const GROUPS: { group: Place['group']; title: string }[] = [
  { group: 'create', title: 'Create' },
  { group: 'account', title: 'Account' },
  { group: 'farm', title: 'Farm' },
]

function Entry({ place }: { place: Place }) {
  const Icon = place.icon
  return (
    <Link
      to={place.to}
      activeOptions={{ exact: place.to === '/', includeSearch: false }}
      className={
        'flex h-9 shrink-0 items-center gap-2.5 rounded-md px-2.5 text-muted transition-colors hover:bg-raised hover:text-foreground ' +
        'data-[status=active]:bg-raised data-[status=active]:font-medium data-[status=active]:text-foreground'
      }
    >
      <Icon className="size-4" aria-hidden />
      {place.name}
    </Link>
  )
}

export function Navigation() {
  const me = useMe()
  const visible = PLACES.filter((place) => mayDo(me, place.needs))
  const strip = useRef<HTMLElement>(null)
  const { pathname } = useLocation()
  // In a strip that scrolls, the place where people are is in view.
  useEffect(() => {
    const here = strip.current?.querySelector('[data-status=active]')
    here?.scrollIntoView({ block: 'nearest', inline: 'center' })
    // oxlint-disable-next-line react/exhaustive-deps -- the strip is looked at again wherever people go
  }, [pathname])
  return (
    <nav
      ref={strip}
      aria-label="Main"
      className="flex gap-1 overflow-x-auto border-b border-border px-3 py-1.5 lg:flex-col lg:gap-5 lg:overflow-y-auto lg:border-b-0 lg:px-3 lg:py-4"
    >
      {GROUPS.map(({ group, title }) => {
        const places = visible.filter((place) => place.group === group)
        if (places.length === 0) return null
        return (
          <div key={group} className="flex gap-1 lg:flex-col lg:gap-0.5">
            <p className="hidden px-2.5 pb-1 text-xs font-medium text-muted lg:block">{title}</p>
            {places.map((place) => (
              <Entry key={place.to} place={place} />
            ))}
          </div>
        )
      })}
    </nav>
  )
}
