// A plain table: headings that sort, rows of one height, and on a small screen room to scroll sideways: a shade tells that there is
// more, and what a row is of stays where it is.
import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ComponentProps, ReactNode } from 'react'
import { cn } from '@/lib/class-names'

export function Table({ label, children, className }: { label: string; children: ReactNode; className?: string }) {
  return (
    // Positioned, so that what is only read aloud in its last column does not widen the page.
    <div className={cn('shade-at-edges relative overflow-x-auto', className)} tabIndex={0} role="region" aria-label={label}>
      <table className="stays-in-view w-full border-collapse text-left [&_td:first-child]:pl-4 [&_th:first-child]:pl-4">
        <caption className="sr-only">{label}</caption>
        {children}
      </table>
    </div>
  )
}

type HeadProps = ComponentProps<'th'> & { sorted?: 'ascending' | 'descending' | undefined; onSort?: () => void }

export function Head({ sorted, onSort, children, className, ...rest }: HeadProps) {
  return (
    <th
      scope="col"
      aria-sort={sorted ?? (onSort ? 'none' : undefined)}
      className={cn('h-9 px-3 text-sm font-medium whitespace-nowrap text-muted', className)}
      {...rest}
    >
      {onSort ? (
        <button type="button" onClick={onSort} className="inline-flex h-7 items-center gap-1 rounded-sm hover:text-foreground">
          {children}
          {sorted === 'ascending' && <ArrowUp className="size-3.5" aria-hidden />}
          {sorted === 'descending' && <ArrowDown className="size-3.5" aria-hidden />}
        </button>
      ) : (
        children
      )}
    </th>
  )
}

/** Above the buttons at the end of each row: read aloud, and not seen. */
export function ActionsHead() {
  return (
    <Head>
      <span className="sr-only">Actions</span>
    </Head>
  )
}

export function Row({ className, ...rest }: ComponentProps<'tr'>) {
  return <tr className={cn('border-t border-border transition-colors hover:bg-raised/40', className)} {...rest} />
}

export function Cell({ className, ...rest }: ComponentProps<'td'>) {
  return <td className={cn('h-12 px-3', className)} {...rest} />
}
