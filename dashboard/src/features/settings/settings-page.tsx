// How people export: their defaults, their presets, and what the platforms recommend.
import { useMutation, useQueries, useQueryClient } from '@tanstack/react-query'
import { sentence } from '@/api/error'
import { chooseExportSettings, resetExportSettings } from '@/api/actions'
import { keys } from '@/api/keys'
import { defaultsQuery, presetsQuery, recommendationsQuery } from '@/api/queries'
import { Card, PageHeading, Skeleton, Trouble } from '@/components/ui/card'
import { toast } from '@/components/ui/toast'
import { ExportSettings } from './export-settings'
import { Presets } from './presets'
import { Recommendations } from './recommendations'

export function SettingsPage() {
  const queries = useQueries({ queries: [defaultsQuery, presetsQuery, recommendationsQuery] })
  const [query] = queries
  const cache = useQueryClient()
  const options = {
    onSuccess: () => toast.success('Saved'),
    onError: (error: unknown) => toast.error('Not saved', { description: sentence(error) }),
    onSettled: () => cache.invalidateQueries({ queryKey: keys.settings }),
  }
  const save = useMutation({ mutationFn: chooseExportSettings, ...options })
  const reset = useMutation({ mutationFn: resetExportSettings, ...options })
  // One cause is told once.
  const nothing = queries.every(({ error, data }) => error && !data) ? query.error : null
  return (
    <>
      <PageHeading title="Settings" text="What every export begins with, and what you keep under a name." />
      {nothing ? (
        <Trouble error={nothing} onRetry={() => void Promise.all(queries.map(({ refetch }) => refetch()))} />
      ) : (
        <div className="flex flex-col gap-8">
          <div className="grid items-start gap-5 xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
            <Card className="p-5" aria-label="Defaults">
              <h2 className="mb-4 font-semibold">Defaults</h2>
              {query.error && <Trouble error={query.error} onRetry={() => void query.refetch()} />}
              {query.isPending && <Skeleton className="h-72" />}
              {query.data && (
                <ExportSettings
                  initialSettings={query.data.settings}
                  onSave={(settings) => save.mutateAsync({ settings })}
                  onReset={() => reset.mutate()}
                />
              )}
            </Card>
            <Presets />
          </div>
          <Recommendations />
        </div>
      )}
    </>
  )
}
