// What was used and what that cost, by month; for those who run the farm everybody's.
import { useQuery } from '@tanstack/react-query'
import { ChartColumn } from 'lucide-react'
import { useState } from 'react'
import { usageQuery } from '@/api/farm-queries'
import { Card, Empty, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { Checkbox } from '@/components/ui/field'
import { Cell, Head, Row, Table } from '@/components/ui/table'
import { mayDo, useMe } from '@/features/auth/session'
import { cn } from '@/lib/class-names'
import { bytes, count, duration, plural } from '@/lib/format'

const MONTHS = 12

const monthName = (month: string): string =>
  new Date(`${month}-15T00:00:00Z`).toLocaleDateString('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })

/** A month in which there was nothing to count. */
const None = () => <span className="text-muted">–</span>

export function UsagePage() {
  const isOperator = mayDo(useMe(), 'operator')
  const [everybody, setEverybody] = useState(false)
  const query = useQuery(usageQuery(MONTHS, everybody))
  const most = Math.max(0, ...(query.data?.usage.map(({ cost }) => cost) ?? []))
  return (
    <>
      <PageHeading
        title="Usage"
        text="Rendering costs slot time: how long it keeps one slot of a node busy. Parts that are reused cost nothing."
        actions={isOperator && <Checkbox shown checked={everybody} onChange={setEverybody} label="All users" />}
      />
      {query.error && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
      <Card className={cn('overflow-hidden', query.error && !query.data && 'hidden')}>
        {query.isPending && <Skeleton className="m-4 h-40" />}
        {query.data?.usage.length === 0 && (
          <Empty icon={<ChartColumn aria-hidden />} title="Nothing used yet" text="Exports show up here by month." />
        )}
        {query.data && query.data.usage.length > 0 && (
          <Table label="Usage by month">
            <thead>
              <tr>
                <Head>Month</Head>
                {everybody && <Head>User</Head>}
                <Head className="text-right">Exports</Head>
                <Head className="text-right">Completed</Head>
                <Head className="text-right">Size</Head>
                <Head className="text-right">Rendered</Head>
                <Head>Slot time</Head>
              </tr>
            </thead>
            <tbody>
              {query.data.usage.map((used) => (
                <Row key={`${used.month} ${used.user_id}`}>
                  <Cell className="font-medium whitespace-nowrap">{monthName(used.month)}</Cell>
                  {everybody && <Cell>{used.user_name}</Cell>}
                  <Cell className="text-right">{count(used.exports)}</Cell>
                  <Cell className="text-right">{count(used.completed)}</Cell>
                  <Cell className="text-right whitespace-nowrap">
                    {used.output_bytes > 0 ? bytes(used.output_bytes) : <None />}
                  </Cell>
                  <Cell className="text-right whitespace-nowrap">
                    {used.rendered_tasks > 0 ? plural(used.rendered_tasks, 'task') : <None />}
                  </Cell>
                  <Cell className="min-w-48">
                    {/* The bar hangs below, so that all of a row stands on one line. */}
                    <span className="relative block">
                      <span className="whitespace-nowrap">{used.cost > 0 ? duration(used.cost * 60) : <None />}</span>
                      <span
                        aria-hidden
                        className="absolute -bottom-1.5 left-0 h-1 rounded-full bg-primary"
                        style={{ width: `${most > 0 ? (used.cost / most) * 100 : 0}%` }}
                      />
                    </span>
                  </Cell>
                </Row>
              ))}
            </tbody>
          </Table>
        )}
      </Card>
    </>
  )
}
