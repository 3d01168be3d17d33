// A word on what a control is, when it is hovered or focused. Never the only place where something is said.
import { Tooltip as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

export const TooltipProvider = Radix.Provider

export function Tooltip({ text, children, shortcut }: { text: ReactNode; children: ReactNode; shortcut?: string }) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          sideOffset={6}
          className="z-60 max-w-72 rounded-md border border-border bg-raised px-2.5 py-1.5 text-sm shadow-md"
        >
          {text}
          {shortcut && <span className="ml-2 font-mono text-xs text-muted">{shortcut}</span>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
