// The exports of all videos or of one: filtered, sorted and paged by the coordinator; some or many can be acted on at once.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Download, SearchX } from 'lucide-react'
import { Suspense, lazy, useState } from 'react'
import type { Export, ExportStatus, Format, Resolution } from '@/api/client'
import { exportsQuery } from '@/api/queries'
import { Button } from '@/components/ui/button'
import { Card, Empty, Skeleton, Trouble } from '@/components/ui/card'
import { Checkbox } from '@/components/ui/field'
import { FilterBar } from '@/components/ui/filter-bar'
import { Pager } from '@/components/ui/pager'
import { SearchField } from '@/components/ui/search-field'
import { Select } from '@/components/ui/select'
import { ActionsHead, Head, Table } from '@/components/ui/table'
import { useLastPage } from '@/hooks/use-last-page'
import { cn } from '@/lib/class-names'
import { ExportRow } from './export-row'
import { FORMATS, RESOLUTIONS } from './options'

const BulkBar = lazy(() => import('./bulk-bar'))
const PAGE_SIZE = 10

/** What of the list is shown. A page keeps it in its address. */
export type ListView = {
  page: number
  status: ExportStatus | 'all'
  format: Format | 'all'
  resolution: Resolution | 'all'
  search: string
  sort: '-created_at' | 'created_at'
}

export const WHOLE_LIST: ListView = { page: 1, search: '', status: 'all', format: 'all', resolution: 'all', sort: '-created_at' }

const STATUSES: { value: ListView['status']; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'processing', label: 'Processing' },
  { value: 'pending', label: 'Queued' },
  { value: 'completed', label: 'Completed' },
  { value: 'failed', label: 'Failed' },
  { value: 'cancelled', label: 'Cancelled' },
]

const given = <V extends string>(value: V | 'all'): V | undefined => (value === 'all' ? undefined : value)

type Props = {
  videoId?: string | undefined
  className?: string
  view?: ListView
  onView?: (view: ListView) => void
}

export function ExportsList({ videoId, className, view, onView }: Props) {
  const [own, setOwn] = useState(WHOLE_LIST)
  const shown = view ?? own
  const change = (part: Partial<ListView>) => (onView ?? setOwn)({ ...shown, page: 1, ...part })
  const query = useQuery(
    exportsQuery({
      videoId,
      page: shown.page,
      limit: PAGE_SIZE,
      status: given(shown.status),
      format: given(shown.format),
      resolution: given(shown.resolution),
      search: shown.search === '' ? undefined : shown.search,
      sort: shown.sort,
    }),
  )
  const toPage = (page: number) => change({ page })
  const known = query.isPlaceholderData ? undefined : query.data?.total
  const beyond = useLastPage({ page: shown.page, pageSize: PAGE_SIZE, total: known, onPage: toPage })
  const counts = query.data?.counts
  const total = counts && Object.values(counts).reduce((sum, count) => sum + count, 0)
  const filters = STATUSES.map(({ value, label }) => ({ value, label, count: value === 'all' ? total : counts?.[value] }))
  const filtered = shown.status !== 'all' || shown.format !== 'all' || shown.resolution !== 'all' || shown.search !== ''
  return (
    <div className={className}>
      <FilterBar label="State" value={shown.status} onChange={(status) => change({ status })} filters={filters} />
      <div className="mb-3 flex flex-wrap gap-2">
        {/* The list of one video needs none: all of it has one name. */}
        {videoId === undefined && (
          <SearchField label="Search exports" value={shown.search} onChange={(search) => change({ search })} />
        )}
        <Select
          label="Format"
          value={shown.format}
          onChange={(format) => change({ format })}
          choices={[{ value: 'all', label: 'All formats' }, ...FORMATS.map(({ value, label }) => ({ value, label }))]}
        />
        <Select
          label="Resolution"
          value={shown.resolution}
          onChange={(resolution) => change({ resolution })}
          choices={[
            { value: 'all', label: 'All resolutions' },
            ...RESOLUTIONS.map(({ value, label }) => ({ value, label })),
          ]}
        />
      </div>
      {query.error && (
        <div className="mb-3">
          <Trouble error={query.error} onRetry={() => void query.refetch()} />
        </div>
      )}
      <Card className={cn('overflow-clip', query.isError && !query.data && 'hidden')}>
        <Rows
          exports={beyond ? undefined : query.data?.exports}
          failed={query.isError}
          sort={shown.sort}
          onSort={() => change({ sort: shown.sort === '-created_at' ? 'created_at' : '-created_at' })}
          empty={filtered ? <NoMatch onClear={() => change(WHOLE_LIST)} /> : <NothingYet />}
          dimmed={query.isPlaceholderData}
        />
        {query.data && query.data.total > 0 && (
          <div className="border-t border-border">
            <Pager
              page={shown.page}
              pageSize={PAGE_SIZE}
              total={query.data.total}
              noun="export"
              onPage={toPage}
            />
          </div>
        )}
      </Card>
    </div>
  )
}

type RowsProps = {
  exports: Export[] | undefined
  failed: boolean
  sort: ListView['sort']
  onSort: () => void
  empty: React.ReactNode
  dimmed: boolean
}

function Rows({ exports, failed, sort, onSort, empty, dimmed }: RowsProps) {
  const [picked, setPicked] = useState<ReadonlySet<string>>(new Set())
  if (!exports) return failed ? null : <WaitingRows />
  if (exports.length === 0) return empty
  const chosen = exports.filter(({ id }) => picked.has(id))
  const pick = (id: string, on: boolean) => {
    const next = new Set(picked)
    if (on) next.add(id)
    else next.delete(id)
    setPicked(next)
  }
  const all = chosen.length === exports.length ? true : chosen.length > 0 ? 'indeterminate' : false
  return (
    <>
      <Table label="Exports" className={cn(dimmed && '[&_tbody]:text-muted')}>
        <thead>
          <tr>
            <Head className="w-10 pr-0">
              <Checkbox
                checked={all}
                onChange={(on) => setPicked(on ? new Set(exports.map(({ id }) => id)) : new Set())}
                label="Choose all of this page"
              />
            </Head>
            <Head>Export</Head>
            <Head className="max-sm:hidden">Settings</Head>
            <Head className="max-sm:hidden">State</Head>
            <Head className="text-right max-sm:hidden">Length</Head>
            <Head className="text-right max-sm:hidden">Size</Head>
            <Head className="max-sm:hidden" sorted={sort === '-created_at' ? 'descending' : 'ascending'} onSort={onSort}>
              Created
            </Head>
            <ActionsHead />
          </tr>
        </thead>
        <tbody>
          {exports.map((made) => (
            <ExportRow key={made.id} made={made} picked={picked.has(made.id)} onPick={(on) => pick(made.id, on)} />
          ))}
        </tbody>
      </Table>
      <Suspense>{chosen.length > 0 && <BulkBar chosen={chosen} onClear={() => setPicked(new Set())} />}</Suspense>
    </>
  )
}

/** Of the height of a full page, so that nothing jumps. */
function WaitingRows() {
  return (
    <div role="status" aria-label="Loading exports">
      <div className="h-9" />
      {Array.from({ length: PAGE_SIZE }, (_, row) => (
        <div key={row} className="flex h-16 items-center gap-4 border-t border-border px-3">
          <Skeleton className="h-10 w-16" />
          <Skeleton className="h-4 w-1/3" />
          <Skeleton className="ml-auto h-5 w-24" />
        </div>
      ))}
    </div>
  )
}

function NothingYet() {
  return (
    <Empty
      icon={<Download aria-hidden />}
      title="No exports yet"
      text="Pick a video, choose what of it you want, and export it. It shows up here."
      action={
        <Button asChild>
          <Link to="/videos">Pick a video</Link>
        </Button>
      }
    />
  )
}

function NoMatch({ onClear }: { onClear: () => void }) {
  return (
    <Empty
      icon={<SearchX aria-hidden />}
      title="No export fits these filters"
      text="Try another name, state, format or resolution."
      action={<Button onClick={onClear}>Clear the filters</Button>}
    />
  )
}
