// Why an export failed, in plain words, and the two ways on: the same again, or the same with changes.
import { CircleX, RotateCw, SlidersHorizontal } from 'lucide-react'
import type { Export } from '@/api/client'
import { Button } from '@/components/ui/button'
import { Card } from '@/components/ui/card'
import { CopyButton } from '@/components/ui/copy-button'
import { useExportActions } from './export-actions'

export function Failure({ made, onChange }: { made: Export; onChange: () => void }) {
  const { retry } = useExportActions()
  const details = `export ${made.id}, ${made.error_code ?? 'no code'}: ${made.error_message ?? ''}`
  return (
    <Card role="alert" className="border-err/40! p-5">
      <div className="flex gap-3">
        <CircleX className="mt-0.5 size-5 shrink-0 text-err" aria-hidden />
        <div className="min-w-0 flex-1">
          <h2 className="font-semibold">The export failed</h2>
          <p className="mt-1">{made.error_message ?? 'Nobody knows why. Parts that were finished are kept.'}</p>
          {made.error_code && <p className="mt-1 font-mono text-sm text-muted">{made.error_code}</p>}
          <div className="mt-4 flex flex-wrap gap-2">
            <Button look="primary" onClick={() => retry.mutate(made)}>
              <RotateCw aria-hidden />
              Try the same again
            </Button>
            <Button onClick={onChange}>
              <SlidersHorizontal aria-hidden />
              Change and try again
            </Button>
            <CopyButton size="md" text={details} label="Copy details" />
          </div>
        </div>
      </div>
    </Card>
  )
}
