// `/access`: tokens and the password.
import { createFileRoute } from '@tanstack/react-router'
import { TokensPage } from '@/features/account/tokens-page'

export const Route = createFileRoute('/_app/access')({ component: TokensPage })
