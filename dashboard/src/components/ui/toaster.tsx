// Short notices of what happened out of view, in the theme that is shown.
import { Toaster as Sonner } from 'sonner'
import { useTheme } from '@/hooks/use-theme'

export function Toaster() {
  const { shown } = useTheme()
  return (
    <Sonner
      theme={shown}
      position="bottom-right"
      visibleToasts={4}
      toastOptions={{
        style: { background: 'var(--card)', color: 'var(--foreground)', borderColor: 'var(--border)' },
        classNames: { description: 'text-muted!', actionButton: 'bg-primary! text-on-primary!' },
      }}
    />
  )
}
