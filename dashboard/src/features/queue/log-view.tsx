// A text of a program, line by line: searched, copied, read in a fixed width.
import { Search } from 'lucide-react'
import { useState } from 'react'
import { CopyButton } from '@/components/ui/copy-button'
import { inputLook } from '@/components/ui/field'
import { cn } from '@/lib/class-names'
import { plural } from '@/lib/format'

/** More lines than this are cut off at the front: what went wrong stands at the end. */
const LINES_MAX = 2000

type Props = { title: string; text: string | undefined; empty: string }

export function LogView({ title, text, empty }: Props) {
  const [wanted, setWanted] = useState('')
  if (!text) return <p className="text-muted">{empty}</p>
  const all = text.split('\n')
  const lines = all.slice(-LINES_MAX)
  const search = wanted.toLowerCase()
  const found = search ? lines.filter((line) => line.toLowerCase().includes(search)).length : 0
  return (
    <section aria-label="Log">
      <p className="mb-2">{title}</p>
      <div className="mb-2 flex items-center gap-2">
        <span className="relative flex-1">
          <Search className="absolute top-2 left-2.5 size-4 text-muted" aria-hidden />
          <input
            type="search"
            aria-label="Search the log"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
            className={cn(inputLook, 'h-8! pl-8!')}
          />
        </span>
        {search && <span className="figures text-sm text-muted">{plural(found, 'line')}</span>}
        <CopyButton shown={false} text={text} label="Copy the log" />
      </div>
      <pre
        tabIndex={0}
        aria-label="Lines"
        className="max-h-64 overflow-auto rounded-md border border-border bg-background py-2 font-mono text-xs"
      >
        {lines.map((line, index) => {
          const hit = search !== '' && line.toLowerCase().includes(search)
          const number = all.length - lines.length + index + 1
          return (
            <span key={number} className={cn('block px-2', hit && 'bg-warn-soft')}>
              <span className="mr-3 inline-block w-8 text-right text-muted select-none">{number}</span>
              {line}
              {'\n'}
            </span>
          )
        })}
      </pre>
    </section>
  )
}
