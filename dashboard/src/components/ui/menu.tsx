// A menu that opens from a button: actions with icon and word. What draws it is fetched when the first one is asked for.
import { Slot } from 'radix-ui'
import { type KeyboardEvent, type ReactNode, Suspense, lazy, useState } from 'react'

export type MenuProps = { trigger: ReactNode; children: ReactNode; label?: string }
export type ItemProps = { icon?: ReactNode; children: ReactNode; onSelect: () => void; danger?: boolean; disabled?: boolean }

const opened = () => import('./menu-opened')
const Opened = lazy(opened)
export const MenuItem = lazy(() => opened().then(({ Item }) => ({ default: Item })))
export const MenuHeading = lazy(() => opened().then(({ Heading }) => ({ default: Heading })))
export const MenuLine = lazy(() => opened().then(({ Line }) => ({ default: Line })))

export function Menu(props: MenuProps) {
  const [asked, setAsked] = useState(false)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowDown') return
    event.preventDefault()
    setAsked(true)
  }
  const closed = (
    <Slot.Root
      aria-haspopup="menu"
      aria-expanded={false}
      onPointerEnter={() => void opened()}
      onFocus={() => void opened()}
      onClick={() => setAsked(true)}
      onKeyDown={onKeyDown}
    >
      {props.trigger}
    </Slot.Root>
  )
  if (!asked) return closed
  return (
    <Suspense fallback={closed}>
      <Opened {...props} />
    </Suspense>
  )
}
