// Dialogs: in the middle of the page, and a sheet over all of it on a small screen. Focus goes in and comes back.
import { X } from 'lucide-react'
import { Dialog as Radix } from 'radix-ui'
import { type ReactNode, useRef } from 'react'
import { useBackCloses } from '@/hooks/use-back-closes'
import { cn } from '@/lib/class-names'
import { Button } from './button'

type Props = {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  children: ReactNode
  /** What stands at the bottom and stays there. */
  footer?: ReactNode
  className?: string
}

/** Of radios the one that is chosen; no button that is only a short way to settings. */
const REACHABLE =
  'input:not([readonly]), select, textarea, button:not([role=radio]):not([aria-pressed]), [role=radio][data-state=checked], a[href]'

export function Dialog({ open, onOpenChange, title, description, children, footer, className }: Props) {
  const body = useRef<HTMLDivElement>(null)
  useBackCloses(open, () => onOpenChange(false))
  /** Focus goes to what people came for, and not to the way out. */
  const begin = (event: Event) => {
    const first = body.current?.querySelector<HTMLElement>(REACHABLE)
    if (!first) return
    event.preventDefault()
    // What is read first stands at the top, wherever the first control is.
    first.focus({ preventScroll: true })
  }
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="fixed inset-0 z-50 bg-shade" />
        <Radix.Content
          onOpenAutoFocus={begin}
          {...(description ? {} : { 'aria-describedby': undefined })}
          className={cn(
            'fixed inset-0 z-50 flex flex-col bg-card shadow-xl outline-none motion-safe:animate-in sm:inset-auto sm:top-1/2',
            'sm:left-1/2 sm:max-h-[calc(100dvh-3rem)] sm:w-[calc(100vw-3rem)] sm:max-w-lg sm:-translate-x-1/2 sm:-translate-y-1/2',
            'sm:rounded-xl sm:border sm:border-border',
            className,
          )}
        >
          <header className={cn('flex gap-4 border-b border-border px-5 py-4', description ? 'items-start' : 'items-center')}>
            <div className="min-w-0 flex-1">
              <Radix.Title className="truncate text-lg font-semibold">{title}</Radix.Title>
              {description && <Radix.Description className="mt-0.5 text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <Button look="quiet" size="icon-sm" aria-label="Close">
                <X aria-hidden />
              </Button>
            </Radix.Close>
          </header>
          <div ref={body} className="min-h-0 flex-1 overflow-y-auto px-5 py-4">
            {children}
          </div>
          {footer && (
            <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-border px-5 py-3">{footer}</footer>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
