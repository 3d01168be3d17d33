// Why an export failed, in plain words, and the two ways on: the same again, or the same with changes.
import { useQuery } from '@tanstack/react-query'
import { CircleX, RotateCw, SlidersHorizontal } from 'lucide-react'
import type { Export } from '@/api/client'
import { exportQuery } from '@/api/queries'
import { ErrorDetail } from '@/components/error-detail'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy-button'
import { useExportActions } from './export-actions'

/** All that is known of a failure, for whoever is asked for help. */
const report = ({ id, error_code: code, error_message: message, error_detail: detail }: Export): string =>
  [`export ${id}, ${code ?? 'no code'}: ${message ?? ''}`, detail].filter(Boolean).join('\n')

/** What the file itself is to blame for fails again in the same way. */
const mayHelp = ({ error_code: code }: Export): boolean => code !== 'source_unreadable'

export function Failure({ made, onChange }: { made: Export; onChange: () => void }) {
  const { retry } = useExportActions()
  return (
    <Card role="alert" className="border-err/40! p-5">
      <div className="flex gap-3">
        <CircleX className="mt-0.5 size-5 shrink-0 text-err" aria-hidden />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold">The export failed</h2>
          <FailureText made={made} />
          <div className="mt-4 flex flex-wrap gap-2">
            <Button look={mayHelp(made) ? 'primary' : undefined} onClick={() => retry.mutate(made)}>
              <RotateCw aria-hidden />
              Try the same again
            </Button>
            <Button onClick={onChange}>
              <SlidersHorizontal aria-hidden />
              Change and try again
            </Button>
            <CopyButton size="md" text={report(made)} label="Copy details" />
          </div>
        </div>
      </div>
    </Card>
  )
}

/** The sentence, the code, and folded what the media library said: that comes only with one export, and not with a list. */
export function FailureText({ made }: { made: Export }) {
  return (
    <>
      <p className="mt-1">{made.error_message ?? 'Nobody knows why. Parts that were finished are kept.'}</p>
      {made.error_code && <p className="mt-1 font-mono text-sm text-muted">{made.error_code}</p>}
      <ErrorDetail text={made.error_detail} className="mt-2" />
    </>
  )
}

/** The same under its row in a list, on demand. */
export function FailureRow({ made, id, columns }: { made: Export; id: string; columns: number }) {
  const { retry } = useExportActions()
  const looked = useQuery(exportQuery(made.id)).data ?? made
  return (
    <tr id={id} className="bg-err-soft/25">
      <td colSpan={columns} className="px-3 pt-2 pb-4 sm:pl-13!">
        <FailureText made={looked} />
        <div className="mt-3 flex flex-wrap gap-2">
          <Button size="sm" onClick={() => retry.mutate(made)}>
            <RotateCw aria-hidden />
            Try the same again
          </Button>
          <CopyButton text={report(looked)} label="Copy details" />
        </div>
      </td>
    </tr>
  )
}
