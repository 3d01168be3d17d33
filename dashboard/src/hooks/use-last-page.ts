// Whoever looks at the last page of a list is still there when its last row goes: then the page before it is the last.
import { useEffect } from 'react'

type List = {
  page: number
  pageSize: number
  /** Rows on all pages; `undefined` while that is not known. */
  total: number | undefined
  onPage: (page: number) => void
}

/** Goes back to the last page there is; true while there is nothing on the one that is shown. */
export function useLastPage({ page, pageSize, total, onPage }: List): boolean {
  const last = Math.max(1, Math.ceil((total ?? 0) / pageSize))
  const isBeyond = total !== undefined && page > last
  useEffect(() => {
    if (isBeyond) onPage(last)
  }, [isBeyond, last, onPage])
  return isBeyond
}
