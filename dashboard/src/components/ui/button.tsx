// Buttons: one look per weight. A button that may not be pressed says why.
import { Slot } from 'radix-ui'
import type { ComponentProps } from 'react'
import { cn } from '@/lib/class-names'
import { Tooltip } from './tooltip'

const SHAPE =
  'inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-md font-medium transition-colors ' +
    'disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0'

const LOOKS = {
  primary: 'bg-primary text-on-primary hover:bg-primary/90',
  plain: 'border border-border bg-card hover:bg-raised',
  quiet: 'text-muted hover:bg-raised hover:text-foreground',
  danger: 'border border-border bg-card text-err hover:border-err/60 hover:bg-err-soft',
}
const SIZES = { md: 'h-9 px-3.5', sm: 'h-8 px-2.5 text-sm', icon: 'size-9', 'icon-sm': 'size-8' }

type Props = ComponentProps<'button'> & {
  look?: keyof typeof LOOKS
  size?: keyof typeof SIZES
  asChild?: boolean
  /** Why it cannot be pressed now: it stays reachable, so that the reason is. */
  disabledReason?: string | undefined
}

export function Button({ look = 'plain', size = 'md', asChild, disabledReason, className, onClick, ...rest }: Props) {
  const classes = cn(SHAPE, LOOKS[look], SIZES[size], className)
  if (asChild) return <Slot.Root className={classes} onClick={onClick} {...rest} />
  if (disabledReason === undefined) return <button type="button" className={classes} onClick={onClick} {...rest} />
  return (
    <Tooltip text={disabledReason}>
      <button
        {...rest}
        type="button"
        className={classes}
        aria-disabled
        onClick={(event) => event.preventDefault()}
      />
    </Tooltip>
  )
}
