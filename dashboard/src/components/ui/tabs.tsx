// Tabs that are links in all but name: the page keeps which one is open in its address.
import { Tabs as Radix } from 'radix-ui'
import type { ReactNode } from 'react'

type Tab<V extends string> = { value: V; label: ReactNode }

type Props<V extends string> = {
  value: V
  onChange: (value: V) => void
  tabs: readonly Tab<V>[]
  label: string
  children: ReactNode
}

export function Tabs<V extends string>({ value, onChange, tabs, label, children }: Props<V>) {
  const pick = (text: string) => {
    const tab = tabs.find((known) => known.value === text)
    if (tab) onChange(tab.value)
  }
  return (
    <Radix.Root value={value} onValueChange={pick} activationMode="manual">
      <Radix.List aria-label={label} className="mb-4 flex gap-1 overflow-x-auto border-b border-border">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.value}
            value={tab.value}
            className={
              '-mb-px flex h-10 shrink-0 items-center gap-2 border-b-2 border-transparent px-3 text-muted outline-offset-[-2px] ' +
              'hover:text-foreground data-[state=active]:border-primary data-[state=active]:text-foreground'
            }
          >
            {tab.label}
          </Radix.Trigger>
        ))}
      </Radix.List>
      <Radix.Content value={value} tabIndex={-1}>
        {children}
      </Radix.Content>
    </Radix.Root>
  )
}
