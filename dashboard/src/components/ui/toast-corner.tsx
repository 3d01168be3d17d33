// Shows notices in the theme that is shown, and takes those that came before it.
import { useEffect } from 'react'
import { Toaster as Sonner, toast } from 'sonner'
import { useTheme } from '@/hooks/use-theme'
import { showBy } from './toast'

export default function ToastCorner() {
  const { shown } = useTheme()
  useEffect(() => showBy(toast), [])
  return (
    <Sonner
      theme={shown}
      position="bottom-right"
      visibleToasts={4}
      style={{ fontFamily: 'inherit' }}
      toastOptions={{
        style: { background: 'var(--card)', color: 'var(--foreground)', borderColor: 'var(--border)' },
        classNames: { description: 'text-muted!', actionButton: 'bg-primary! text-on-primary!' },
      }}
    />
  )
}
