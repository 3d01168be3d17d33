// `/ops/failures`: what went wrong, and what takes too long; the address holds how long that is.
import { createFileRoute } from '@tanstack/react-router'
import { FACTOR_USUAL, FailuresPage, type Factor, isFactor } from '@/features/queue'

type Search = { stuck?: Factor }

const searchOf = ({ stuck }: Record<string, unknown>): Search => {
  const factor = String(stuck)
  return isFactor(factor) && factor !== FACTOR_USUAL ? { stuck: factor } : {}
}

export const Route = createFileRoute('/_app/ops/failures')({ validateSearch: searchOf, component: Page })

function Page() {
  const { stuck = FACTOR_USUAL } = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <FailuresPage
      factor={stuck}
      onFactor={(factor) => void navigate({ search: searchOf({ stuck: factor }), replace: true, resetScroll: false })}
    />
  )
}
