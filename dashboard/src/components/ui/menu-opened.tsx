// A menu once it was asked for: what it looks like, and its keys. Loaded by `menu.tsx`, and by nobody else.
import { DropdownMenu } from 'radix-ui'
import type { ReactNode } from 'react'
import { cn } from '@/lib/class-names'
import type { ItemProps, MenuProps } from './menu'

export default function OpenedMenu({ trigger, children, label }: MenuProps) {
  return (
    // What lies beside it stays what it is: a press there closes the menu.
    <DropdownMenu.Root modal={false} defaultOpen>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          align="end"
          sideOffset={4}
          collisionPadding={8}
          aria-label={label}
          className="z-50 min-w-48 rounded-lg border border-border bg-card p-1 shadow-lg"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

export function Item({ icon, children, onSelect, danger, disabled }: ItemProps) {
  return (
    <DropdownMenu.Item
      onSelect={onSelect}
      disabled={disabled ?? false}
      className={cn(
        'flex min-h-8 items-center gap-2.5 rounded-sm px-2.5 py-1.5 outline-none data-highlighted:bg-raised data-disabled:opacity-50',
        '[&_svg]:size-4',
        danger ? 'text-err [&_svg]:text-err' : '[&_svg]:text-muted',
      )}
    >
      {icon}
      {children}
    </DropdownMenu.Item>
  )
}

export function Heading({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-2.5 pt-2 pb-1 text-xs text-muted">{children}</DropdownMenu.Label>
}

export function Line() {
  return <DropdownMenu.Separator className="my-1 h-px bg-border" />
}
