// Any address that is no page: said within the frame, so that the way on is at hand.
import { createFileRoute } from '@tanstack/react-router'
import { NotFound } from '@/components/layout/page-states'

export const Route = createFileRoute('/_app/$')({ component: NotFound })
