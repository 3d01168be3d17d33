// Which page of a list is shown, and the way to its neighbours.
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { count, plural } from '@/lib/format'
import { Button } from './button'

/** `noun` is what one of them is called. */
type Props = { page: number; pageSize: number; total: number; onPage: (page: number) => void; noun: string }

export function Pager({ page, pageSize, total, onPage, noun }: Props) {
  const pages = Math.max(1, Math.ceil(total / pageSize))
  const first = (page - 1) * pageSize + 1
  return (
    <nav aria-label="Pages" className="flex min-h-12 flex-wrap items-center justify-between gap-3 px-4 py-2 text-sm text-muted">
      <span className="figures">
        {pages > 1 && `${count(first)}–${count(Math.min(page * pageSize, total))} of `}
        {plural(total, noun)}
      </span>
      {(pages > 1 || page > 1) && (
        <span className="flex items-center gap-1">
          <Button size="sm" look="quiet" disabled={page <= 1} onClick={() => onPage(page - 1)}>
            <ChevronLeft aria-hidden />
            Previous
          </Button>
          <span className="figures px-1">
            {page} / {pages}
          </span>
          <Button size="sm" look="quiet" disabled={page >= pages} onClick={() => onPage(page + 1)}>
            Next
            <ChevronRight aria-hidden />
          </Button>
        </span>
      )}
    </nav>
  )
}
