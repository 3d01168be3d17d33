// A labelled control with its hint and its fault beside it, and the plain controls that go into one.
import { TriangleAlert } from 'lucide-react'
import { type ComponentProps, type ReactNode, useId } from 'react'
import { cn } from '@/lib/class-names'

type FieldProps = {
  label: ReactNode
  hint?: ReactNode
  error?: string | undefined
  className?: string
  children: (control: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }) => ReactNode
}

export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId()
  const noteId = `${id}-note`
  const note = error !== undefined || hint !== undefined
  return (
    <div className={cn('flex flex-col gap-1.5', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': note ? noteId : undefined, 'aria-invalid': error !== undefined })}
      {note && (
        <div id={noteId}>
          {error === undefined ? <div className="text-sm text-muted">{hint}</div> : <Fault>{error}</Fault>}
        </div>
      )}
    </div>
  )
}

/** What is wrong, beside the thing that is wrong. */
export function Fault({ children, id }: { children: ReactNode; id?: string }) {
  return (
    <p id={id} className="flex items-start gap-1.5 text-sm text-err">
      <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
      <span>{children}</span>
    </p>
  )
}

export const inputLook =
  'h-9 w-full min-w-0 rounded-md border border-edge/60 bg-card px-3 placeholder:text-muted ' +
  'aria-invalid:border-err disabled:opacity-50'

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input className={cn(inputLook, className)} {...rest} />
}

type CheckboxProps = {
  checked: boolean | 'indeterminate'
  onChange: (checked: boolean) => void
  label: string
  /** Whether the label stands beside it, or is only read aloud. */
  shown?: boolean
  hint?: string
}

export function Checkbox({ checked, onChange, label, shown = false, hint }: CheckboxProps) {
  const id = useId()
  const box = (
    <span className="grid size-6 shrink-0 place-items-center">
      <input
        id={id}
        type="checkbox"
        ref={(input) => {
          if (input) input.indeterminate = checked === 'indeterminate'
        }}
        checked={checked === true}
        onChange={(event) => onChange(event.target.checked)}
        aria-label={shown ? undefined : label}
        className="size-4.5 accent-primary"
      />
    </span>
  )
  if (!shown) return box
  return (
    <div className="flex items-start gap-2">
      {box}
      <label htmlFor={id} className="pt-0.5">
        {label}
        {hint && <span className="block text-sm text-muted">{hint}</span>}
      </label>
    </div>
  )
}
