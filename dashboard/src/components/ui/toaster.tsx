// The corner of the page where notices appear: there once there is one.
import { Suspense, lazy, useEffect, useState } from 'react'
import { loadOnFirst } from './toast'

const ToastCorner = lazy(() => import('./toast-corner'))

export function Toaster() {
  const [needed, setNeeded] = useState(false)
  useEffect(() => loadOnFirst(() => setNeeded(true)), [])
  return <Suspense>{needed && <ToastCorner />}</Suspense>
}
