// The question itself, with the careful answer first.
import { AlertDialog } from 'radix-ui'
import { useEffect } from 'react'
import { Button } from './button'
import type { Question } from './confirm'

type Props = { question: Question; onAnswer: (yes: boolean) => void }

export default function ConfirmDialog({ question, onAnswer }: Props) {
  // Whoever goes back has answered: the page that was asked about is gone.
  useEffect(() => {
    const leave = () => onAnswer(false)
    window.addEventListener('popstate', leave)
    return () => window.removeEventListener('popstate', leave)
  }, [onAnswer])
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && onAnswer(false)}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-60 bg-shade" />
        <AlertDialog.Content className="fixed top-1/2 left-1/2 z-60 w-[calc(100vw-2rem)] max-w-md -translate-x-1/2 -translate-y-1/2 rounded-xl border border-border bg-card p-5 shadow-xl outline-none">
          <AlertDialog.Title className="text-lg font-semibold">{question.title}</AlertDialog.Title>
          <AlertDialog.Description asChild>
            <div className="mt-2 text-muted">{question.text}</div>
          </AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button>{question.back ?? 'Keep'}</Button>
            </AlertDialog.Cancel>
            <Button look="danger" onClick={() => onAnswer(true)}>
              {question.action}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  )
}
