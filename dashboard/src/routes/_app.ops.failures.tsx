// `/ops/failures`: what went wrong.
import { createFileRoute } from '@tanstack/react-router'
import { FailuresPage } from '@/features/queue'

export const Route = createFileRoute('/_app/ops/failures')({ component: FailuresPage })
